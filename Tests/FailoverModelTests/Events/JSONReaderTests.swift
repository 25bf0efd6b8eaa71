import FailoverModel
import Testing

@Suite struct JSONReaderTests {
    @Test(arguments: [
        #"{"a":1"#, #"{"a" 1}"#, "[1,]", "[1 2]", #""abc"#, "tru", "nul", "-", "1.5", "1e3", "9223372036854775808",
        "{} x", "",
        #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, "\"\u{01}\"", String(repeating: "[", count: 100_000),
    ])
    func `what is not JSON as it is written here is an error with an offset`(text: String) {
        let error = #expect(throws: DecodingFailure.self) { try JSONValue(json: Array(text.utf8)) }
        #expect((0...text.utf8.count).contains(error?.offset ?? -1))
    }

    @Test func `bytes that are not UTF-8 are an error`() {
        #expect(throws: DecodingFailure.self) { try JSONValue(json: [0x22, 0xFF, 0x22]) }
    }

    @Test(arguments: [Int64.min, -1, 0, 7, Int64.max])
    func `whole numbers of 64 bits keep their value`(number: Int64) throws {
        #expect(try JSONValue(json: Array(" \(number) ".utf8)) == .integer(number))
        #expect(JSONValue.integer(number).jsonBytes == Array("\(number)".utf8))
    }

    @Test func `escapes are read as what they stand for`() throws {
        let text = #""\u00fc\ud83d\ude00\n\t\"\\\/\b\f\r""#
        #expect(try JSONValue(json: Array(text.utf8)) == .string("ü😀\n\t\"\\/\u{08}\u{0C}\r"))
    }

    @Test func `white space between the parts is passed over`() throws {
        let text = "\n{ \"a\" :\t[ 1 , null , false ] , \"b\" : { } }\r\n"
        #expect(try JSONValue(json: Array(text.utf8)) == ["a": [1, nil, false], "b": [:]])
    }
}
