import FailoverModel
import TimelineReports

/// What a step asks, and the form that answers it where the viewer may.
struct QuestionPart {
    var question: StepQuestion
    var viewer: PageViewer
    /// The command line that answers it, for everybody else.
    var command: String?

    var html: String {
        let place = "\(question.run)-\(question.step.id)".forHTML
        return "<article class=question aria-labelledby=\"q-\(place)\"><h3 id=\"q-\(place)\">"
            + "\(question.step.title.cut(to: 300).forHTML)</h3><p><a href=\"\(PageAddress.run(question.run))\">"
            + "\(question.run.cut(to: 80).forHTML)</a>, step <b>\(question.step.id.cut(to: 80).forHTML)</b> at "
            + "\(question.step.site.forHTML)\(question.step.isPivot ? ", <b>the point of no return</b>" : "")</p>"
            + "<p class=asked>\(introduction)\(question.text.foldedForHTML)</p>\(loss)\(responsibility)"
            + (viewer.canAnswer ? form : told) + "</article>"
    }

    private var introduction: String {
        switch question.kind {
        case .asked: ""
        case .denied: "Denied so far. "
        case .refused: "Refused by a safety rule that a person may answer for: "
        }
    }

    private var loss: String { question.loss.map { "<p>As things are: <b>\($0.forHTML)</b></p>" } ?? "" }

    private var responsibility: String {
        question.accepts.isEmpty
            ? ""
            : "<p>Who says yes answers for: <b>\(question.accepts.map { $0.cut(to: 80).forHTML }.joined(separator: ", "))</b></p>"
    }

    private var told: String { command.map { "<p class=dim>Type: <code>\($0.forHTML)</code></p>" } ?? "" }

    private var form: String {
        let id = "\(question.run)-\(question.step.id)".forHTML
        let word =
            question.word.map { word in
                "<label for=\"word-\(id)\">Type <b>\(word.forHTML)</b> to say yes</label>"
                    + "<input id=\"word-\(id)\" name=said autocomplete=off autocapitalize=none spellcheck=false "
                    + "aria-describedby=\"q-\(id)\">"
            } ?? ""
        return "<form method=post action=\"\(PageAddress.run(question.run))/answer\" class=answer>"
            + "<input type=hidden name=word value=\"\((viewer.word ?? "").forHTML)\">"
            + "<input type=hidden name=step value=\"\(question.step.id.forHTML)\">"
            + "<input type=hidden name=seen value=\(question.digest)>\(word)"
            + "<label for=\"why-\(id)\">Why (kept in the journal)</label>"
            + "<input id=\"why-\(id)\" name=reason maxlength=1000 autocomplete=off>"
            + "<p class=buttons><button name=answer value=yes class=yes>Yes, as \((viewer.name ?? "").cut(to: 40).forHTML)</button>"
            + (question.kind == .asked ? "<button name=answer value=no class=no>No</button>" : "") + "</p></form>"
    }
}

/// Addresses of pages, as attributes hold them.
enum PageAddress {
    static func run(_ id: String) -> String { "/runs/\(FormFields.encoded(id))" }
}
