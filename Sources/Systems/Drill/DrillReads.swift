import FailoverModel

/// What a drill reads: statements with their parameters, the same for both sides.
struct DrillReads: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// Those of the topology, one after the other.
        case statements([String])
        /// `pgbench -S`: a random row of this many.
        case pgbench(rows: Int64)
        /// A random page of tables that the role may read.
        case tables([Table])
        /// What every role may read, where it may read nothing else.
        case catalogue
    }

    struct Table: Equatable, Sendable {
        /// Quoted, with its schema.
        var name: String
        var pages: Int64
    }

    struct Statement: Equatable, Sendable {
        var text: String
        var parameters: [String?] = []
    }

    var kind: Kind

    /// As facts have it.
    var name: String {
        switch kind {
        case .statements: "statements"
        case .pgbench: "pgbench"
        case .tables: "tables"
        case .catalogue: "catalogue"
        }
    }

    /// As sentences have it.
    var title: String {
        switch kind {
        case .statements(let texts): "\(texts.count) statement\(texts.count == 1 ? "" : "s") of the topology"
        case .pgbench: "pgbench's reading statement"
        case .tables(let tables): "random pages of \(tables.count) table\(tables.count == 1 ? "" : "s")"
        case .catalogue: "the catalogue, because the role may read no table"
        }
    }

    /// `count` statements, chosen by `random`.
    func statements(_ count: Int, using random: inout some RandomNumberGenerator) -> [Statement] {
        (0..<count).map { index in
            switch kind {
            case .statements(let texts): return Statement(text: texts[index % texts.count])
            case .pgbench(let rows):
                let row = Int64.random(in: 1...max(1, rows), using: &random)
                return Statement(
                    text: "SELECT abalance FROM pgbench_accounts WHERE aid = $1::int", parameters: ["\(row)"])
            case .tables(let tables):
                let table = tables[Int.random(in: 0..<tables.count, using: &random)]
                let page = Int64.random(in: 0..<max(1, table.pages), using: &random)
                return Statement(
                    text: "SELECT t.* FROM \(table.name) t WHERE t.ctid >= $1::tid AND t.ctid < $2::tid LIMIT 20",
                    parameters: ["(\(page),0)", "(\(page + 1),0)"])
            case .catalogue:
                return Statement(
                    text:
                        "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r'"
                )
            }
        }
    }

    /// Finds what there is to read in the database of this connection.
    static func find(_ own: [String], on connection: PostgresConnection, within limit: Duration) async throws(Fault)
        -> DrillReads
    {
        if !own.isEmpty { return DrillReads(kind: .statements(own)) }
        let accounts = try await connection.query(
            """
            SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass('pgbench_accounts')
               AND has_table_privilege(oid, 'SELECT')
            """, within: limit
        ).all.first?.integer("rows")
        if let accounts, accounts > 0 { return DrillReads(kind: .pgbench(rows: accounts)) }
        // Range scans by ctid are there since PostgreSQL 14. The largest tables are those that a service reads most of.
        let tables = try await connection.query(
            """
            SELECT c.oid::regclass::text AS name, c.relpages AS pages
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               AND n.nspname NOT LIKE 'pg_toast%' AND has_schema_privilege(n.oid, 'USAGE')
               AND has_table_privilege(c.oid, 'SELECT')
             ORDER BY c.relpages DESC, 1 LIMIT 5
            """, within: limit
        ).all.compactMap { row in
            row.text("name").map { Table(name: $0, pages: max(1, row.integer("pages") ?? 1)) }
        }
        return DrillReads(kind: tables.isEmpty ? .catalogue : .tables(tables))
    }
}
