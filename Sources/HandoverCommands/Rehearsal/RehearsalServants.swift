import ArgumentParser
import Rehearsal

/// `handover rehearsal site`: one site's Kubernetes API and service; `up` starts it.
struct RehearsalSiteCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Serve one site's API and service.", shouldDisplay: false)

    @Option var site: String
    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        try await RehearsalSiteProcess.run(directory: rehearsal.directory, site: site)
        return .done
    }
}

/// `handover rehearsal forwarder`: handover's way to one site; `up` starts it.
struct RehearsalForwarderCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "forwarder", abstract: "Be the way to one site.", shouldDisplay: false)

    @Option var site: String
    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        try await RehearsalForwarder.run(directory: rehearsal.directory, site: site)
        return .done
    }
}

/// `handover rehearsal writer`: puts numbered rows into the primary; `up --writer` starts it.
struct RehearsalWriterCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "writer", abstract: "Write numbered rows to the primary.", shouldDisplay: false)

    @OptionGroup var rehearsal: RehearsalOptions
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        try await RehearsalWriter.run(directory: rehearsal.directory)
        return .done
    }
}
