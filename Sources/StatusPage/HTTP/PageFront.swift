import FailoverModel
import HTTPTypes
import Hummingbird
import JournalStore
import NIOCore
import NIOSSL

/// Turns requests into answers: who asks, whether they may, and what they get.
struct PageFront: Sendable {
    let settings: PageSettings
    let follower: JournalFollower
    let archive: EventArchive
    let connections: OpenConnections
    let documents: PageDocuments
    /// Gives a person's answer to a step; throws a `PageRefusal` where it is not taken.
    let answer: @Sendable (PageAnswer) async throws -> Void
    let overviews: PageMaker
    let runs: PageMaker
    let patience: EventPatience
    let sessions = Sessions()
    let counters = PageCounters()

    private var guardian: HostGuard {
        HostGuard(isLoopback: settings.address.isLoopback, isSecure: settings.isSecure)
    }
    static let cookie = "handover-session"

    func respond(to request: Request, context: PageContext) async -> Response {
        counters.add(to: \.requests)
        // A form is there as a whole only when its fields are.
        if request.method == .get || request.method == .head { connections.hasAsked(context.channel) }
        var response = await answer(request, context)
        if response.status.code >= 400 { counters.add(to: \.refused) }
        SafeHeaders.apply(to: &response.headers)
        // What follows a head without a body would be read as the next answer.
        if request.method == .head { response.body = ResponseBody() }
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { [connections] writer in
            try await body.write(writer)
            connections.mayAsk(context.channel)
        }
        return response
    }

    private func answer(_ request: Request, _ context: PageContext) async -> Response {
        let path = request.uri.path
        let query = FormFields(request.uri.query ?? "")
        guard guardian.allows(host: request.head.authority) else {
            return refuse(
                421, path, "this page is not served under the name that was asked for",
                "Ask for it as localhost or 127.0.0.1")
        }
        let method = request.method == .head ? "GET" : request.method.rawValue
        guard let route = PageRoute(method: method, path: path, query: query), isOffered(route) else {
            let isThere = PageRoute(method: "GET", path: path, query: query).map(isOffered) ?? false
            return isThere
                ? refuse(405, path, "it can only be looked at", "Ask with GET")
                : refuse(404, path, "there is nothing at this address", "Begin at the overview")
        }
        if route.isOpen { return await give(route, request, context, query, Visitor(name: nil, means: .loopback)) }
        guard let visitor = await visitor(request, context) else { return unknown(request, path) }
        return await give(route, request, context, query, visitor)
    }

    /// What is switched off is not there.
    private func isOffered(_ route: PageRoute) -> Bool {
        switch route {
        case .login, .loginForm, .logout: settings.tokens != nil
        case .answer: settings.allowsAnswers
        case .page, .events, .openAPI, .health, .metrics, .style, .script, .icon: true
        }
    }

    // MARK: Who asks

    private func visitor(_ request: Request, _ context: PageContext) async -> Visitor? {
        if settings.tokens != nil, let header = request.headers[.authorization] {
            // A token that is wrong is no reason to look for something else.
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return settings.tokens?.name(of: String(parts[1])).map { Visitor(name: $0, means: .token) }
        }
        if settings.tokens != nil, let secret = sessionCookie(request), let session = sessions.session(secret) {
            return Visitor(name: session.name, means: .session(secret))
        }
        if settings.takesCertificates,
            let certificate = try? await context.channel.nioSSL_peerCertificate().get(),
            let name = ClientCertificate.name(of: certificate)
        {
            return Visitor(name: name, means: .certificate)
        }
        return settings.asksWho ? nil : Visitor(name: nil, means: .loopback)
    }

    private func sessionCookie(_ request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for part in header.split(separator: ";") {
                let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
                if pair.count == 2, pair[0] == Self.cookie { return pair[1] }
            }
        }
        return nil
    }

    private func unknown(_ request: Request, _ path: String) -> Response {
        if settings.tokens != nil, request.method == .get, !PageRoute.isOfPrograms(path) {
            let next = FormFields.encoded(path + (request.uri.query.map { "?\($0)" } ?? ""))
            return Response(status: .seeOther, headers: [.location: "/login?next=\(next)"])
        }
        var response = refuse(
            401, path, "it is not known who asks",
            settings.tokens == nil
                ? "Come with a client certificate" : "Send the header Authorization: Bearer TOKEN, or log in at /login")
        if settings.tokens != nil { response.headers[.wwwAuthenticate] = "Bearer realm=\"handover\"" }
        return response
    }

    // MARK: What they get

    private func give(
        _ route: PageRoute, _ request: Request, _ context: PageContext, _ query: FormFields, _ visitor: Visitor
    ) async -> Response {
        switch route {
        case .page(let subject): return await page(subject, request, query, visitor)
        case .events: return events(request, context, query)
        case .openAPI: return text(OpenAPIDocument.text, "application/json; charset=utf-8", request)
        case .health: return health(request)
        case .metrics:
            let body = PageMetrics.text(
                follower.now, sites: documents.siteNames, counters: counters.now, clients: follower.feed.clients)
            return text(body, PrometheusText.contentType, request)
        case .style: return asset(PageStyle.text, "text/css; charset=utf-8", request)
        case .script: return asset(PageScript.text, "text/javascript; charset=utf-8", request)
        case .icon: return asset(PageStyle.icon, "image/svg+xml", request)
        case .loginForm(let next): return html(PlainPage.login(next: Self.local(next)))
        case .login: return await logIn(request, context)
        case .logout: return await logOut(request, context, visitor)
        case .answer(let run): return await take(run, request, context, visitor)
        }
    }

    private func page(
        _ subject: PageRequest.Subject, _ request: Request, _ query: FormFields, _ visitor: Visitor
    ) async -> Response {
        let path = request.uri.path
        var asked = PageRequest(subject: subject, phase: query["phase"], from: query["from"].flatMap { Int($0) })
        if let at = query["at"] {
            guard let point = PagePoint(at) else {
                return refuse(
                    400, path, "\"\(at)\" is no point in the journal",
                    "Give ?at= the number of an entry or a time such as 2026-11-23T03:12:45Z")
            }
            asked.at = point
        }
        asked.viewer = PageViewer(
            name: visitor.name, word: visitor.formHolder.map(sessions.formWord),
            canLeave: visitor.isSession, canAnswer: settings.allowsAnswers && visitor.name != nil)
        do {
            let maker =
                switch subject {
                case .run, .timelinePage, .timelineDocument: runs
                case .overview, .statusDocument, .runsDocument, .checksDocument, .runDocument: overviews
                }
            let made = try await maker.page(asked)
            var response = text(made.body, made.contentType, request)
            response.headers[.contentSecurityPolicy] = made.policy
            return response
        } catch let missing as PageMissing {
            return refuse(404, path, missing.what, missing.next)
        } catch {
            let failure = FollowFailure(error)
            return refuse(
                503, path, "\(failure.what)\(failure.detail.map { ": \($0)" } ?? "")", failure.next)
        }
    }

    private func events(_ request: Request, _ context: PageContext, _ query: FormFields) -> Response {
        let newest = follower.now.head.sequence
        // A browser that comes back says where it was; its word counts before the address's.
        let given = request.headers[.lastEventID] ?? query["after"] ?? query["at"]
        var start = newest
        if let given {
            guard let number = Int64(given), number >= 0 else {
                return refuse(
                    400, request.uri.path, "\"\(given)\" is no entry's number", "Give ?after= or Last-Event-ID a number"
                )
            }
            start = number
        }
        if start > newest || query["journal"].map({ $0 != follower.name }) ?? false {
            // The place is of another journal: the page has to be made anew.
            return text("event: reload\ndata: {}\n\n", "text/event-stream; charset=utf-8", request)
        }
        guard request.method == .get else { return text("", "text/event-stream; charset=utf-8", request) }
        guard connections.follows(context.channel) else {
            return refuse(
                503, request.uri.path, "\(connections.limits.mostStreams) clients follow already", "Try again later")
        }
        let stream = EventStream(
            follower: follower, archive: archive, counters: counters, channel: context.channel, start: start,
            patience: patience)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await stream.send(to: &writer)
                try await writer.finish(nil)
            })
    }

    private func health(_ request: Request) -> Response {
        let state = follower.now
        let isAlive = state.lookedAt > .now - .seconds(10)
        let why =
            state.failure.map { "\($0.what). Next: \($0.next)" }
            ?? (isAlive ? nil : "the journal is not looked at any more. Next: restart handover serve")
        var response = text(why.map { "\($0)\n" } ?? "ok\n", "text/plain; charset=utf-8", request)
        if why != nil { response.status = .serviceUnavailable }
        return response
    }

    // MARK: Forms

    private static let mostBytes = 16_384

    /// The fields of a form that one of our own pages sent; a response where it is none.
    private func form(_ request: Request, _ context: PageContext, _ visitor: Visitor?) async -> Form {
        let path = request.uri.path
        // What carries a token in its header was not sent by a browser for another page.
        if visitor?.means != .token, !guardian.isOwn(request.headers, host: request.head.authority) {
            return .failure(
                FormRefused(refuse(403, path, "the form was not sent by a page of this server", "Open the page anew")))
        }
        guard let body = try? await request.body.collect(upTo: Self.mostBytes) else {
            return .failure(FormRefused(refuse(413, path, "the form is too large", "Write less")))
        }
        connections.hasAsked(context.channel)
        let fields = FormFields(String(decoding: body.readableBytesView, as: UTF8.self))
        if let holder = visitor?.formHolder, !sessions.isFormWord(fields["word"] ?? "", for: holder) {
            return .failure(
                FormRefused(
                    refuse(403, path, "the form is not of your session", "Open the page anew, and send it again")))
        }
        return .success(fields)
    }

    private typealias Form = Result<FormFields, FormRefused>

    private struct FormRefused: Error {
        var response: Response
        init(_ response: Response) { self.response = response }
    }

    private func logIn(_ request: Request, _ context: PageContext) async -> Response {
        let fields: FormFields
        switch await form(request, context, nil) {
        case .failure(let refused): return refused.response
        case .success(let given): fields = given
        }
        let next = Self.local(fields["next"] ?? "/")
        guard let name = settings.tokens?.name(of: fields["token"] ?? "") else {
            var response = html(PlainPage.login(next: next, why: "This token is not known."))
            response.status = .forbidden
            return response
        }
        let secret = sessions.begin(name)
        return Response(
            status: .seeOther,
            headers: [
                .location: next,
                .setCookie:
                    "\(Self.cookie)=\(secret); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(Sessions.hours * 3600)"
                    + (settings.isSecure ? "; Secure" : ""),
            ])
    }

    private func logOut(_ request: Request, _ context: PageContext, _ visitor: Visitor) async -> Response {
        if case .failure(let refused) = await form(request, context, visitor) { return refused.response }
        if case .session(let secret) = visitor.means { sessions.end(secret) }
        return Response(
            status: .seeOther,
            headers: [
                .location: "/login", .setCookie: "\(Self.cookie)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
            ])
    }

    private func take(_ run: String, _ request: Request, _ context: PageContext, _ visitor: Visitor) async -> Response {
        let fields: FormFields
        switch await form(request, context, visitor) {
        case .failure(let refused): return refused.response
        case .success(let given): fields = given
        }
        let path = request.uri.path
        guard let name = visitor.name else {
            return refuse(403, path, "an answer needs a name", "Log in with a token")
        }
        if let failure = follower.now.failure { return refuse(503, path, failure.what, failure.next) }
        guard let step = fields["step"], let seen = fields["seen"], let word = fields["answer"],
            word == "yes" || word == "no"
        else { return refuse(400, path, "the form is not complete", "Open the page anew, and send it again") }
        do {
            try await answer(
                PageAnswer(
                    run: run, step: step, isYes: word == "yes", said: fields["said"],
                    reason: fields["reason"].map { String($0.prefix(1000)) }, actor: name, seen: seen))
            counters.add(to: \.answers)
            return Response(status: .seeOther, headers: [.location: PageAddress.run(run)])
        } catch let refusal as PageRefusal {
            return refuse(409, path, refusal.what, refusal.next)
        } catch {
            return refuse(503, path, "the answer could not be kept: \(error)", "handover status shows how things stand")
        }
    }

    /// A place of ours and no other.
    private static func local(_ path: String) -> String {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
            && path.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? path : "/"
    }

    // MARK: Forms of answers

    private func html(_ body: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    /// `HEAD` gets the headers alone.
    private func text(_ body: String, _ type: String, _ request: Request) -> Response {
        guard request.method == .head else {
            return Response(
                status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
        }
        return Response(status: .ok, headers: [.contentType: type, .contentLength: "\(body.utf8.count)"])
    }

    /// What is part of the program: a browser keeps it, and asks whether it is still the same.
    private func asset(_ body: String, _ type: String, _ request: Request) -> Response {
        let tag = "\"\(documents.version)-\(body.utf8.count)-\(PageAssets.digest(body))\""
        if request.headers[.ifNoneMatch] == tag {
            return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "no-cache"])
        }
        var response = text(body, type, request)
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "no-cache"
        return response
    }

    /// Programs get JSON, people a page.
    private func refuse(_ code: Int, _ path: String, _ what: String, _ next: String) -> Response {
        let status = HTTPResponse.Status(code: code)
        if PageRoute.isOfPrograms(path) {
            let document: JSONValue = ["error": ["what": .string(what), "next": .string(next)]]
            return Response(
                status: status, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.jsonBytes)))
        }
        let back = code == 409 ? String(path.dropLast("/answer".count)) : "/"
        var response = html(PlainPage.refusal(PageRefusal(what, next: next), title: Self.title(code), back: back))
        response.status = status
        return response
    }

    private static func title(_ code: Int) -> String {
        switch code {
        case 400: "That is not understood"
        case 401, 403: "That is not allowed"
        case 404: "There is no such page"
        case 409: "The answer was not taken"
        default: "That does not work"
        }
    }
}
