import Crypto
import JournalStore

/// Names of versions of what is part of the program.
enum PageAssets {
    private static let digests = [PageStyle.text, PageScript.text, PageStyle.icon].reduce(into: [:]) {
        $0[$1.utf8.count] = Array(SHA256.hash(data: Array($1.utf8)).prefix(6)).hexadecimal
    }

    /// By its length, which is enough for the three.
    static func digest(_ text: String) -> String { digests[text.utf8.count] ?? "" }
}
