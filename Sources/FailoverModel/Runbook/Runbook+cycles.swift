extension Runbook {
    /// Reports each cycle in `needs` once, spelled out: `a → b → a`.
    func checkCycles(_ problems: inout Diagnostics) {
        var settled: Set<String> = []
        let steps = Dictionary(phases.flatMap(\.steps).map { ($0.id, $0) }) { first, _ in first }
        for start in phases.flatMap(\.steps) where !settled.contains(start.id) {
            // Depth first without recursion: the path so far, and how many needs of each were followed.
            var path = [(step: start, next: 0)]
            while let (step, next) = path.last {
                guard next < step.needs.count else {
                    settled.insert(step.id)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let need = step.needs[next]
                if let began = path.firstIndex(where: { $0.step.id == need.id }) {
                    let cycle = path[began...].map(\.step.id) + [need.id]
                    problems.add(
                        "the needs go in a circle: \(cycle.joined(separator: " → "))", at: need.place,
                        fix: "Remove one of these needs.")
                } else if !settled.contains(need.id), let needed = steps[need.id] {
                    path.append((needed, 0))
                }
            }
        }
    }
}
