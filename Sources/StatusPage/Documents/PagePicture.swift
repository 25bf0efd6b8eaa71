package import FailoverModel
import JournalStore

/// The journal's states as of one entry: what a page or a document is made of.
package struct PagePicture: Sendable {
    package var head: JournalHead
    package var projections: JournalProjections
    /// When its last entry was written, where it is a picture of the past; `nil`: it is the newest.
    package var past: Moment?
    var looks: RecentLooks
    /// The journal's newest sequence, which is later than `head` in a picture of the past.
    var newest: Int64
    /// The time of the newest entry before the picture was made, or now: what "ago" is counted from.
    var now: Moment
}
