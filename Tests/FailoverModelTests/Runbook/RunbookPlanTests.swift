import Testing

@testable import FailoverModel

/// A topology of these sites and clusters, every site with every system.
func topology(sites: [String] = ["dc1", "dc2", "dc3"], clusters: [String] = ["main"]) -> Topology {
    Topology(
        name: "test",
        sites: sites.enumerated().map { index, site in
            Topology.Site(
                name: site,
                postgres: clusters.map { cluster in
                    PostgresServer(
                        cluster: cluster, connection: .init(host: "h", port: 5432 + index, user: "u"),
                        replication: .init(host: "h", port: 5432, user: "r", applicationName: site, slot: site))
                }, kubernetes: KubernetesRelease(release: "ess"), service: ServiceEndpoint(url: "http://h"))
        })
}

@Suite("Planning a runbook")
struct RunbookPlanTests {
    private func step(
        _ id: String, _ command: String, _ site: StepSite, needs: [String] = [], title: String? = nil,
        defers: Bool = false
    ) -> RunbookStep {
        RunbookStep(
            id: id, title: title, command: command, site: site, needs: needs.map { RunbookStep.Need($0) },
            whenUnreachable: defers ? .defer : .fail, isPivot: command == "postgres.promote")
    }

    private func runbook(_ phases: [RunbookStep]...) -> Runbook {
        Runbook(
            name: "x", title: "From {from} to {to}, {others} following",
            phases: phases.enumerated().map { RunbookPhase(id: "p\($0)", title: "{to} \($0)", steps: $1) })
    }

    private func problems(_ runbook: Runbook, _ topology: Topology, from: String = "dc1", to: String = "dc2")
        -> [String]
    {
        do throws(Diagnostics) {
            _ = try runbook.plan(topology: topology, from: from, to: to)
            return []
        } catch {
            return error.items.map(\.description)
        }
    }

    @Test("Ids carry the site and the cluster only where they tell steps apart")
    func ids() throws {
        let runbook = runbook([
            step("fence", "postgres.fence", .from), step("freeze", "postgres.freeze", .standbys),
            step("follow", "postgres.follow", .others), step("check", "service.check", .others),
            step("named", "service.check", .named("dc3")),
        ])
        let single = try runbook.plan(topology: topology(), from: "dc1", to: "dc2")
        #expect(single.steps.map(\.id) == ["fence", "freeze@dc2", "freeze@dc3", "follow@dc3", "check@dc3", "named"])
        #expect(single.steps.map(\.cluster) == ["main", "main", "main", "main", nil, nil])
        let double = try runbook.plan(topology: topology(clusters: ["synapse", "mas"]), from: "dc1", to: "dc2")
        #expect(
            double.steps.map(\.id) == [
                "fence/synapse", "fence/mas", "freeze@dc2/synapse", "freeze@dc2/mas", "freeze@dc3/synapse",
                "freeze@dc3/mas", "follow@dc3/synapse", "follow@dc3/mas", "check@dc3", "named",
            ])
        let four = try runbook.plan(topology: topology(sites: ["dc4", "dc1", "dc2", "dc3"]), from: "dc2", to: "dc1")
        #expect(four.others == ["dc4", "dc3"])
        #expect(
            four.steps.map(\.id) == [
                "fence", "freeze@dc4", "freeze@dc1", "freeze@dc3", "follow@dc4", "follow@dc3", "check@dc4", "check@dc3",
                "named",
            ])
        let two = try self.runbook([
            step("follow", "postgres.follow", .others), step("end", "service.check", .to, needs: ["follow"]),
        ])
        .plan(topology: topology(sites: ["dc1", "dc2"]), from: "dc1", to: "dc2")
        #expect(two.steps.map(\.id) == ["end"])
        #expect(two.steps[0].needs == [])
        #expect(two.title == "From dc1 to dc2, no other site following")
    }

    @Test("A step needs all of the earlier phases, and inside its own what its line needs, directly or not")
    func needs() throws {
        let plan = try runbook(
            [step("a", "postgres.fence", .from), step("b", "kubernetes.scale-down", .from)],
            [
                step("c", "postgres.freeze", .standbys), step("d", "postgres.fast-forward", .to, needs: ["c"]),
                step("e", "postgres.promote", .to, needs: ["d", "a"]), step("f", "service.check", .to),
            ], [step("g", "postgres.follow", .others)]
        ).plan(topology: topology(), from: "dc1", to: "dc2")
        let needs = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.id, $0.needs) })
        #expect(
            needs == [
                "a": [], "b": [], "c@dc2": ["a", "b"], "c@dc3": ["a", "b"], "d": ["a", "b", "c@dc2", "c@dc3"],
                "e": ["a", "b", "c@dc2", "c@dc3", "d"], "f": ["a", "b"],
                "g@dc3": ["a", "b", "c@dc2", "c@dc3", "d", "e", "f"],
            ])
    }

    @Test("A need reaches through a line that has no step in this topology")
    func needsThroughNothing() throws {
        let plan = try runbook([
            step("a", "postgres.checkpoint", .to), step("b", "postgres.follow", .others, needs: ["a"]),
            step("c", "service.check", .to, needs: ["b"]),
        ]).plan(topology: topology(sites: ["dc1", "dc2"]), from: "dc1", to: "dc2")
        #expect(plan.step("c")?.needs == ["a"])
    }

    @Test("Words in braces are filled in, and titles tell steps apart")
    func titles() throws {
        var promote = step("promote", "postgres.promote", .to)
        promote.approval = "Is {from} down, and may {site} serve?"
        promote.accepts = ["{from}-is-down"]
        let plan = try runbook([
            promote, step("freeze", "postgres.freeze", .standbys, title: "Freeze standbys"),
            step("follow", "postgres.follow", .others, title: "Let {site} follow {to}"),
        ]).plan(topology: topology(clusters: ["synapse", "mas"]), from: "dc1", to: "dc2")
        #expect(plan.title == "From dc1 to dc2, dc3 following")
        #expect(plan.phases == [PlanPhase(id: "p0", title: "dc2 0")])
        #expect(plan.step("promote/mas")?.title == "Promote PostgreSQL at dc2 to primary (mas)")
        #expect(plan.step("promote/mas")?.approval == "Is dc1 down, and may dc2 serve?")
        #expect(plan.step("promote/mas")?.accepts == ["dc1-is-down"])
        #expect(plan.step("freeze@dc3/mas")?.title == "Freeze standbys (dc3/mas)")
        #expect(plan.step("follow@dc3/mas")?.title == "Let dc3 follow dc2 (mas)")
        #expect(Set(plan.steps.map(\.title)).count == plan.steps.count)
    }

    @Test("Nothing is deferred at the site that takes over")
    func defers() throws {
        let plan = try runbook([step("freeze", "postgres.freeze", .standbys, defers: true)])
            .plan(topology: topology(), from: "dc1", to: "dc2")
        #expect(plan.step("freeze@dc2")?.whenUnreachable == .fail)
        #expect(plan.step("freeze@dc3")?.whenUnreachable == .defer)
    }

    @Test("A direction that the topology does not have is refused")
    func direction() {
        let runbook = runbook([step("a", "postgres.fence", .from)])
        #expect(
            problems(runbook, topology(), from: "dc1", to: "dc1") == [
                "--to: --from and --to are both \"dc1\". Name the site that takes over: dc2 or dc3."
            ])
        #expect(
            problems(runbook, topology(), from: "dx1", to: "berlin") == [
                "--from: there is no site \"dx1\" in the topology \"test\". Did you mean \"dc1\"?",
                "--to: there is no site \"berlin\" in the topology \"test\". The sites are dc1, dc2, dc3.",
            ])
    }

    @Test("A site without the system, the cluster, or the name that a step is about is refused")
    func missingSystems() {
        var topology = topology(clusters: ["synapse", "mas"])
        topology.sites[1].kubernetes = nil
        topology.sites[1].service = nil
        topology.sites[1].postgres.removeLast()
        topology.sites[2].postgres = []
        let runbook = runbook([
            step("up", "kubernetes.scale-up", .to), step("check", "service.check", .to),
            step("check-point", "postgres.checkpoint", .to), step("follow", "postgres.follow", .others),
            step("named", "service.check", .named("dc9")),
        ])
        let problems = problems(runbook, topology)
        #expect(problems.count == 5, "\(problems)")
        for expected in [
            "\"up\" (kubernetes.scale-up) is about dc2, which has no kubernetes in the topology",
            "\"check\" (service.check) is about dc2, which has no service in the topology",
            "\"check-point\" is about the cluster \"mas\", which dc2 does not have",
            "\"follow\" (postgres.follow) is about dc3, which has no postgres in the topology",
            "\"named\" is about the site \"dc9\", which is not in the topology. Did you mean",
        ] {
            #expect(problems.contains { $0.contains(expected) }, "\(expected) in \(problems)")
        }
    }

    @Test(
        "A step about Synapse's database is one, in its cluster, and left out or refused where the topology names none")
    func synapse() throws {
        var topology = topology(clusters: ["synapse", "mas"])
        var prepare = step("prepare", "synapse.prepare-database", .to)
        #expect(problems(runbook([prepare]), topology).first?.contains("which the topology does not name") == true)
        prepare.isOptional = true
        #expect(try runbook([prepare]).plan(topology: topology, from: "dc1", to: "dc2").steps.isEmpty)
        topology.synapse = SynapseDatabase(cluster: "synapse", database: "synapse")
        let plan = try runbook([prepare]).plan(topology: topology, from: "dc1", to: "dc2")
        #expect(plan.steps.map(\.id) == ["prepare/synapse"] && plan.steps.first?.cluster == "synapse")
    }

    @Test("An optional step is left out at a site without the system, and what needs it needs what it needed")
    func optionalSteps() throws {
        var topology = topology()
        topology.sites[1].service = nil
        var check = step("check", "service.check", .to, needs: ["a"])
        check.isOptional = true
        let runbook = runbook([
            step("a", "postgres.checkpoint", .to), check, step("b", "postgres.drop-slots", .to, needs: ["check"]),
        ])
        let plan = try runbook.plan(topology: topology, from: "dc1", to: "dc2")
        #expect(plan.steps.map(\.id) == ["a", "b"])
        #expect(plan.step("b")?.needs == ["a"])
        #expect(try runbook.plan(topology: topology, from: "dc1", to: "dc3").steps.map(\.id) == ["a", "check", "b"])
    }

    @Test("A runbook made in code is checked like one from a file")
    func checksAgain() {
        let runbook = runbook([
            step("a", "postgres.fence", .from, needs: ["b"]), step("b", "no.such", .to, needs: ["a"]),
        ])
        let problems = problems(runbook, topology())
        #expect(problems.contains { $0.contains("a → b → a") })
        #expect(problems.contains { $0.contains("there is no command \"no.such\"") })
    }
}
