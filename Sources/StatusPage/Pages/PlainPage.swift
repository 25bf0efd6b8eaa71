import TimelineReports

/// A page with a few words: a refusal, an error, the login.
enum PlainPage {
    static func html(title: String, content: String) -> String {
        """
        \(PageHead(title: "\(title.cut(to: 120).forHTML) · Handover").html)
        <body>
        <main class=plain>
        <h1>\(title.forHTML)</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    /// What did not work, and what to do.
    static func refusal(_ refusal: PageRefusal, title: String, back: String = "/") -> String {
        html(
            title: title,
            content:
                "<p>\(refusal.what.forHTML).</p><p>\(refusal.next.forHTML).</p><p><a href=\"\(back.forHTML)\">Back</a></p>"
        )
    }

    /// `next`: where to go afterwards, a path of ours.
    static func login(next: String, why: String? = nil) -> String {
        html(
            title: "Log in",
            content: (why.map { "<p class=\"note bad\" role=alert>\($0.forHTML)</p>" } ?? "")
                + "<form method=post action=/login class=answer><input type=hidden name=next value=\"\(next.forHTML)\">"
                + "<label for=token>Your token</label><input id=token name=token type=password autocomplete=current-password "
                + "required autofocus><p class=buttons><button class=yes>Log in</button></p></form>"
                + "<p class=dim>It stands after your name in the file that handover serve was given with --token-file. "
                + "A session lasts \(Sessions.hours) hours.</p>")
    }
}
