/// The commands that a runbook may use.
package enum CommandCatalog {
    package static let commands: [CommandDefinition] =
        postgres + synapse + kubernetes + secrets + helm + dns + media + firewall + service + program + [drillCheck]
        + drill

    package static func command(named name: String) -> CommandDefinition? { commands.first { $0.name == name } }

    private static let postgres = [
        CommandDefinition(
            name: "postgres.fence", sentence: "Fence PostgreSQL at {site}, so that it takes no writes",
            scope: .postgresCluster, hasUndo: true, mayDefer: true),
        CommandDefinition(
            name: "postgres.catch-up", sentence: "Wait until PostgreSQL at {site} has replayed what it can still get",
            scope: .postgresCluster, deadlineMilliseconds: 300_000),
        CommandDefinition(
            name: "postgres.freeze", sentence: "Stop PostgreSQL at {site} from receiving, so that its position stands",
            scope: .postgresCluster, hasUndo: true, mayDefer: true),
        CommandDefinition(
            name: "postgres.fast-forward",
            sentence: "Bring PostgreSQL at {site} to the most advanced standby's position",
            scope: .postgresCluster, deadlineMilliseconds: 600_000),
        CommandDefinition(
            name: "postgres.create-slots", sentence: "Create the other sites' replication slots at {site}",
            scope: .postgresCluster, hasUndo: true),
        CommandDefinition(
            name: "postgres.clear-synchronous", sentence: "Clear synchronous_standby_names at {site}",
            scope: .postgresCluster, hasUndo: true),
        CommandDefinition(
            name: "postgres.promote", sentence: "Promote PostgreSQL at {site} to primary", scope: .postgresCluster,
            parameters: [
                .init(
                    "seconds", .integer, isRequired: false,
                    meaning: "how long the server itself waits for the promotion's end, in seconds", in: 1...3600),
                .init(
                    "apart", .integer, isRequired: false,
                    meaning: "how many seconds the clusters of a site may stand apart before a person is asked",
                    in: 0...86_400),
            ], deadlineMilliseconds: 120_000, isPivot: true),
        CommandDefinition(
            name: "postgres.checkpoint", sentence: "Write a checkpoint at {site}", scope: .postgresCluster,
            deadlineMilliseconds: 300_000),
        CommandDefinition(
            name: "postgres.follow", sentence: "Let PostgreSQL at {site} follow the new primary",
            scope: .postgresCluster,
            deadlineMilliseconds: 300_000, retry: RetryPolicy(attempts: 5), hasUndo: true, mayDefer: true),
        CommandDefinition(
            name: "postgres.drop-slots", sentence: "Drop replication slots at {site} that nobody uses any more",
            scope: .postgresCluster, mayDefer: true),
        CommandDefinition(
            name: "postgres.demote",
            sentence: "Hand PostgreSQL at {site} the role of a standby, and stop it in good order",
            scope: .postgresCluster, deadlineMilliseconds: 900_000, hasUndo: true),
        CommandDefinition(
            name: "postgres.prove-shutdown",
            sentence: "Prove that PostgreSQL at {site} has all of the primary that was stopped",
            scope: .postgresCluster, deadlineMilliseconds: 300_000),
        CommandDefinition(
            name: "postgres.rejoin", sentence: "Make PostgreSQL at {site} a standby of the primary again",
            scope: .postgresCluster,
            parameters: [
                .init(
                    "keepDivergent", .flag, isRequired: false,
                    meaning: "whether the log that only this site has is kept aside before it is rewound or replaced"),
                .init(
                    "keepTables", .words, isRequired: false,
                    meaning: "tables that are dumped before it is rewound, each as DATABASE/SCHEMA.TABLE"),
                .init(
                    "rebuild", .flag, isRequired: false,
                    meaning: "whether it may be copied anew without anybody being asked; the old data is kept"),
            ], deadlineMilliseconds: 86_400_000, mayDefer: true),
        CommandDefinition(
            name: "postgres.prove-unwritten",
            sentence: "Prove that PostgreSQL at {site} has committed nothing since it was promoted",
            scope: .postgresCluster, deadlineMilliseconds: 120_000),
        CommandDefinition(
            name: "postgres.reopen", sentence: "Let PostgreSQL at {site}, the primary of before, take writes again",
            scope: .postgresCluster, deadlineMilliseconds: 120_000, isPivot: true),
    ]

    private static let synapse = [
        CommandDefinition(
            name: "synapse.prepare-database",
            sentence: "Move the sequences of Synapse's database at {site} forward, so that no client misses a message",
            scope: .synapseDatabase)
    ]

    private static let kubernetes = [
        CommandDefinition(
            name: "kubernetes.scale-down", sentence: "Scale the workloads at {site} to zero", scope: .kubernetesRelease,
            deadlineMilliseconds: 180_000, hasUndo: true, mayDefer: true),
        CommandDefinition(
            name: "kubernetes.scale-up", sentence: "Start the workloads at {site}", scope: .kubernetesRelease,
            deadlineMilliseconds: 600_000, retry: RetryPolicy(attempts: 5), hasUndo: true),
        CommandDefinition(
            name: "kubernetes.apply", sentence: "Apply a manifest at {site}", scope: .kubernetesRelease,
            parameters: [
                .init(
                    "manifest", .object, isRequired: true,
                    meaning: "the object to apply, with apiVersion, kind and metadata.name")
            ], mayDefer: true),
    ]

    private static let secrets = [
        CommandDefinition(
            name: "secrets.check", sentence: "Check that the secrets of {site} are those of the other site",
            scope: .kubernetesRelease,
            parameters: [
                .init(
                    "mayBeUnproven", .flag, isRequired: false,
                    meaning: "whether to go on where the other site does not answer, because a later step asks a person"
                )
            ], deadlineMilliseconds: 90_000, isHarmless: true)
    ]

    private static let helm = [
        CommandDefinition(
            name: "helm.activate", sentence: "Upgrade the release at {site} with the values it serves with",
            scope: .helmRelease, deadlineMilliseconds: 900_000, hasUndo: true),
        CommandDefinition(
            name: "helm.stand-down", sentence: "Upgrade the release at {site} with values that run nothing",
            scope: .helmRelease, deadlineMilliseconds: 600_000, hasUndo: true, mayDefer: true),
    ]

    private static let dns = [
        CommandDefinition(
            name: "dns.point", sentence: "Point the users' names at {site}", scope: .dnsRecords,
            deadlineMilliseconds: 120_000, hasUndo: true),
        CommandDefinition(
            name: "dns.lower-ttl", sentence: "Lower the TTL of the users' names before they move to {site}",
            scope: .dnsRecords, deadlineMilliseconds: 120_000, hasUndo: true),
        CommandDefinition(
            name: "dns.stop-external", sentence: "Stop external-dns at {site}, which would put the users' names back",
            scope: .externalDNS, hasUndo: true, mayDefer: true),
    ]

    private static let media = [
        CommandDefinition(
            name: "media.check", sentence: "Check that the media of {site} can be read and written",
            scope: .mediaBucket, hasUndo: true, isHarmless: true)
    ]

    private static let firewall = [
        CommandDefinition(
            name: "firewall.block", sentence: "Close the outbound traffic of {site}", scope: .siteFirewall,
            parameters: [whichFirewall], hasUndo: true, mayDefer: true),
        CommandDefinition(
            name: "firewall.open", sentence: "Open the outbound traffic of {site}", scope: .siteFirewall,
            parameters: [whichFirewall], hasUndo: true, mayDefer: true),
    ]

    private static let whichFirewall = CommandDefinition.Parameter(
        CommandDefinition.firewallParameter, .text, isRequired: false,
        meaning: "one of the site's firewalls; without it a step is made for each")

    private static let service = [
        CommandDefinition(
            name: "service.check", sentence: "Check that {site} serves", scope: .serviceEndpoint,
            deadlineMilliseconds: 300_000,
            retry: RetryPolicy(attempts: 10, firstMilliseconds: 1000, mostMilliseconds: 10_000)),
        CommandDefinition(
            name: "service.check-by-name", sentence: "Check that the users' names lead to a service at {site}",
            scope: .serviceNames, deadlineMilliseconds: 300_000,
            retry: RetryPolicy(attempts: 10, firstMilliseconds: 1000, mostMilliseconds: 10_000)),
    ]

    private static let drill = [
        CommandDefinition(
            name: DrillCommandName.clone, sentence: "Copy PostgreSQL at {site} into a place apart",
            scope: .postgresCluster,
            deadlineMilliseconds: 86_400_000, hasUndo: true),
        CommandDefinition(
            name: DrillCommandName.promote, sentence: "Promote the copy of PostgreSQL at {site}",
            scope: .postgresCluster,
            deadlineMilliseconds: 900_000),
        CommandDefinition(
            name: DrillCommandName.load,
            sentence: "Read from the copy of PostgreSQL at {site}, and beside it from the primary",
            scope: .postgresCluster,
            parameters: [
                .init(
                    "seconds", .integer, isRequired: false, meaning: "for how long statements are sent, 10 by default",
                    in: 1...600),
                .init(
                    "perSecond", .integer, isRequired: false,
                    meaning: "how many statements a second each of the two gets, 20 by default", in: 1...1000),
            ], deadlineMilliseconds: 900_000),
        CommandDefinition(
            name: DrillCommandName.release, sentence: "Start a release of its own at {site} against the copy",
            scope: .site,
            deadlineMilliseconds: 900_000, hasUndo: true),
        CommandDefinition(
            name: DrillCommandName.service, sentence: "Check that the drill's release at {site} serves", scope: .site,
            deadlineMilliseconds: 900_000),
        CommandDefinition(
            name: DrillCommandName.remove, sentence: "Remove everything that a drill has made at {site}", scope: .site,
            deadlineMilliseconds: 900_000, retry: RetryPolicy(attempts: 5)),
    ]

    private static let program = [
        CommandDefinition(
            name: "program.run", sentence: "Run a program for {site}", scope: .site,
            parameters: [
                .init("act", .words, isRequired: true, meaning: "the program that does it, and its arguments"),
                .init(
                    "observe", .words, isRequired: false,
                    meaning: "a program that looks and changes nothing: 0 it is so already, 1 it is to be done"),
                .init("verify", .words, isRequired: false, meaning: "a program that proves it: 0 it is so, 1 not yet"),
                .init("undo", .words, isRequired: false, meaning: "a program that takes it back"),
                .init(
                    "environment", .words, isRequired: false,
                    meaning:
                        "the names of the variables that the programs get beside PATH, HOME, USER, LANG, TZ and TMPDIR"),
            ], hasUndo: true, mayDefer: true)
    ]
}
