import ArgumentParser
import FailoverModel
import RunEngine
import StatusPage

/// `handover serve`.
struct ServeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Show the status page: sites, runs, timelines, live, in a browser.",
        discussion: """
            From the journal alone, which another process may write meanwhile: an entry is in the browser some \
            milliseconds after it is durable. It asks no system and changes nothing. Sites, replication with lag over \
            time, secrets, what is owed, checks, drills and runs; the run in progress and the Gantt of any other; a \
            slider goes back to any moment. The same as JSON: /openapi.json. Also /metrics and /healthz.

            On loopback everybody on this machine may see it. Any other address has to be told who may: by tokens (a \
            file of lines "name:token"; browsers log in, programs send "Authorization: Bearer TOKEN"), by client \
            certificates, or both. Tokens want TLS, or a tunnel: ssh -L 8080:127.0.0.1:8080 ops1

            --approvals lets those who said who they are answer what a run asks. The name in the journal is theirs; \
            before the point of no return they type the site's name, as in the terminal. Under systemd: Type=notify.

            Examples:
              handover serve
              handover serve --listen 127.0.0.1:8080 --token-file tokens --approvals
              handover serve --listen 0.0.0.0:8443 --tls-certificate page.pem --tls-key page.key --client-ca staff.pem
              curl -s http://127.0.0.1:8080/api/status
              curl -sN http://127.0.0.1:8080/api/events
            """)

    @Option(help: ArgumentHelp("Where it listens.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"
    @Option(
        help: ArgumentHelp("Who may see it: a file of lines name:token.", valueName: "file"), completion: .file())
    var tokenFile: String?
    @Option(
        help: ArgumentHelp("The server's certificate and what leads to its root (PEM).", valueName: "file"),
        completion: .file())
    var tlsCertificate: String?
    @Option(help: ArgumentHelp("The certificate's key (PEM).", valueName: "file"), completion: .file())
    var tlsKey: String?
    @Option(
        help: ArgumentHelp("Whose client certificates are taken (PEM).", valueName: "file"), completion: .file())
    var clientCa: String?
    @Flag(help: "Let questions be answered on the page, by those who said who they are.")
    var approvals = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let address = ListenAddress(listen) else {
            throw ValidationError("--listen is written like 127.0.0.1:8080 or [::1]:8080.")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together.")
        }
        if clientCa != nil, tlsCertificate == nil {
            throw ValidationError("--client-ca needs --tls-certificate and --tls-key.")
        }
        let asksWho = tokenFile != nil || clientCa != nil
        if !address.isLoopback, !asksWho {
            throw ValidationError(
                "\(listen) can be reached from other machines, so say who may see the page: --token-file FILE with lines "
                    + "\"name:token\" (make a token with: openssl rand -hex 16), or --tls-certificate, --tls-key and "
                    + "--client-ca. Or listen on 127.0.0.1 and come through ssh -L.")
        }
        if approvals, !asksWho {
            throw ValidationError(
                "--approvals needs to know who answers: give --token-file, or --tls-certificate, --tls-key and --client-ca."
            )
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        OpenFiles.raiseLimit()
        let settings = try settings(invocation)
        let answers = PageAnswers(invocation: invocation)
        let server = try PageServer(
            journal: invocation.journalPath, settings: settings, documents: ServedDocuments.of(invocation),
            zone: TimeZoneName.current.zone
        ) { try await answers.give($0) }
        if !settings.address.isLoopback, settings.certificates == nil {
            invocation.say(
                "warning: tokens and the page go over the network unencrypted. Next: give --tls-certificate and --tls-key"
            )
        }
        return try await ServedPage(server: server, settings: settings, invocation: invocation).run()
    }

    private func settings(_ invocation: Invocation) throws -> PageSettings {
        guard let address = ListenAddress(listen) else { throw ValidationError("--listen is not an address.") }
        let tokens = try tokenFile.map { path in
            let source = try InputFile.read(
                path, called: "token file",
                ifMissing: "Write lines of name:token; make a token with: openssl rand -hex 16")
            LocalSecrets.warnWhereOpenToOthers(path) { invocation.say($0) }
            return try AccessTokens(String(decoding: source.bytes, as: UTF8.self), file: path)
        }
        let certificates = tlsCertificate.flatMap { certificate in
            tlsKey.map {
                PageSettings.Certificates(certificate: certificate, key: $0, clientAuthority: clientCa)
            }
        }
        return PageSettings(
            address: address, tokens: tokens, certificates: certificates, allowsAnswers: approvals)
    }
}
