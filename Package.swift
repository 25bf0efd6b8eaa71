// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "handover",
    products: [.executable(name: "handover", targets: ["handover"])],
    dependencies: [
        // The command line: parsing, help, completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // SHA-256: the hash chain, runbooks, identifiers of traces, styles of pages; keyed digests that compare secrets between
        // sites; Matrix' keys.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // X.509: the names, days and keys of the certificates that the sites' ingresses serve. ASN.1 is not read by hand.
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        // SQLite for the journal: connections, statements, WAL set-up, errors.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Runbooks, topologies and kubeconfigs: libyaml's events with line and column, and its tree.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Programs: kubeconfig exec plugins, and the rehearsal's servers.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        // The status page; the rehearsal's Kubernetes API, ingress and forwarders: HTTP, TLS with client certificates, plain TCP.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibCURL", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "FailoverModel", dependencies: [.product(name: "Yams", package: "Yams")], exclude: ["Decisions"]),
        .target(
            name: "JournalStore",
            dependencies: [
                "FailoverModel", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Systems",
            dependencies: [
                "FailoverModel", "CLibPQ", "CLibCURL", .product(name: "Yams", package: "Yams"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .target(name: "RunEngine", dependencies: ["FailoverModel", "Systems"]),
        .target(
            name: "TimelineReports",
            dependencies: ["FailoverModel", .product(name: "Crypto", package: "swift-crypto")]),
        .target(
            name: "StatusPage",
            dependencies: [
                "FailoverModel", "JournalStore", "TimelineReports",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        .target(
            name: "Rehearsal",
            dependencies: [
                "FailoverModel", "Systems",
                .product(name: "Yams", package: "Yams"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "HandoverCommands",
            dependencies: [
                "FailoverModel", "JournalStore", "Systems", "RunEngine", "TimelineReports", "StatusPage",
                "Rehearsal", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(name: "handover", dependencies: ["HandoverCommands"]),
        .executableTarget(
            name: "handover-benchmarks",
            dependencies: [
                "FailoverModel", "JournalStore", "RunEngine", "Systems", "HandoverTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Sources/HandoverBenchmarks"),
        .target(name: "HandoverTestSupport", dependencies: ["FailoverModel", "Systems", "RunEngine"]),
        // handover that kills itself at a chosen boundary, for the tests that resume it.
        .executableTarget(
            name: "killed-handover", dependencies: ["FailoverModel", "HandoverCommands", "RunEngine", "Systems"],
            path: "Tests/KilledHandover"),
        .testTarget(
            name: "FailoverModelTests", dependencies: ["FailoverModel", "HandoverTestSupport"],
            exclude: ["Run/transitions.txt"]),
        .testTarget(
            name: "JournalStoreTests",
            dependencies: [
                "FailoverModel", "JournalStore", "HandoverTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "SystemsTests",
            dependencies: [
                "FailoverModel", "Systems", "HandoverTestSupport", "Rehearsal", "HandoverCommands",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(name: "RunEngineTests", dependencies: ["FailoverModel", "RunEngine", "HandoverTestSupport"]),
        .testTarget(
            name: "TimelineReportsTests", dependencies: ["FailoverModel", "TimelineReports", "HandoverTestSupport"],
            exclude: ["Golden", "Checks"]),
        .testTarget(
            name: "HandoverCommandsTests",
            dependencies: [
                "HandoverCommands", "FailoverModel", "JournalStore", "RunEngine", "StatusPage", "Systems",
                "HandoverTestSupport", "handover",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Serve/Checks"]),
        .testTarget(
            name: "RehearsalTests",
            dependencies: [
                "Rehearsal", "FailoverModel", "JournalStore", "Systems", "RunEngine", "HandoverTestSupport", "handover",
                "killed-handover",
            ]),
    ]
)

// One set of strict settings for every target that has Swift in it. A misspelt feature would be silently off, hence the
// last but one line; deprecations stay warnings, so that a new compiler does not break an old checkout.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
        .treatWarning("StrictLanguageFeatures", as: .error),
        .treatWarning("DeprecatedDeclaration", as: .warning),
    ]
}
