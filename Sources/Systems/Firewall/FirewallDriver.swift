import FailoverModel

/// A way to close the outbound traffic of a site at one place.
protocol FirewallDriver: Sendable {
    /// What it makes and where: `the NetworkPolicy handover-block-outbound in namespace ess`.
    var title: String { get }
    /// What stays open although the block is in place, or cannot be known; said where no probe has tried it.
    var limits: String { get }
    /// What is there under our name. Changes nothing.
    func look() async throws(Fault) -> BlockSeen
    /// Why something else can defeat it, for the sentence that names what does.
    var defeat: String { get }
    /// What else is there that would defeat the block; empty where nothing is.
    func holes() async throws(Fault) -> [String]
    /// Has the system check what `close` would do; changes nothing.
    func rehearse(mark: String) async throws(Fault)
    /// Puts the block there, whole. `mark` is the run that does it.
    func close(mark: String) async throws(Fault)
    /// Makes it as it was when that was saved; `nil` takes away what was seen, and only that.
    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault)
}

extension FirewallDriver {
    var defeat: String { "rules add up and others let traffic out" }
}

/// What a driver saw under the name that Handover uses.
struct BlockSeen: Equatable, Sendable {
    /// Enough to make it again; `nil` where nothing is there.
    var saved: JSONValue?
    /// Whether it closes all that it should.
    var isWhole: Bool
    /// The run that made it; `nil` where nobody says so, and then it is not ours.
    var mark: String?
    /// The object's own identity, where it has one.
    var uid: String?

    static let nothing = BlockSeen(saved: nil, isWhole: false)

    init(saved: JSONValue?, isWhole: Bool, mark: String? = nil, uid: String? = nil) {
        self.saved = saved
        self.isWhole = isWhole
        self.mark = mark
        self.uid = uid
    }

    var isThere: Bool { saved != nil }
    /// Something that another has made under our name.
    var isForeign: Bool { isThere && mark == nil }
}

extension Finding {
    /// What another has made under our name is never changed nor taken away.
    static func foreignBlock(_ driver: any FirewallDriver, facts: JSONValue = .object([:])) -> Finding {
        Finding(
            .refused(rule: "not-our-block", acceptance: nil),
            "\(driver.title) is there and was not made by Handover, so it is left alone; take it away by hand",
            facts: facts
        )
    }
}
