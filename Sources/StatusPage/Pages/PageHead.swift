/// The beginning of every page, up to the end of its head.
struct PageHead {
    /// As HTML.
    var title: String
    /// Further lines, each with its end.
    var more = ""

    var html: String {
        """
        <!doctype html>
        <html lang=en>
        <head>
        <meta charset=utf-8>
        <meta name=viewport content="width=device-width, initial-scale=1">
        <meta name=color-scheme content="light dark">
        <title>\(title)</title>
        <link rel=stylesheet href=/style.css>
        <link rel=icon href=/icon.svg>
        \(more)</head>
        """
    }
}
