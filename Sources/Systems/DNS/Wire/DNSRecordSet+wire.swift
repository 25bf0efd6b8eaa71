import FailoverModel

extension DNSRecordType {
    var code: UInt16 {
        switch self {
        case .address4: 1
        case .alias: 5
        case .address6: 28
        }
    }

    /// A value as a record's data; `nil` where it is no value of this type.
    func data(of value: String) -> [UInt8]? {
        switch self {
        case .address4: return InternetAddress(value).flatMap { $0.isIPv6 ? nil : $0.bytes }
        case .address6: return InternetAddress(value).flatMap { $0.isIPv6 ? $0.bytes : nil }
        case .alias:
            guard let name = DNSName(value) else { return nil }
            var writer = WireWriter()
            writer.name(name)
            return writer.bytes
        }
    }

    /// A record's data as the one text that a value has here.
    func value(of record: DNSMessage.Record, in message: DNSMessage) throws(WireError) -> String {
        switch self {
        case .address4, .address6:
            guard let address = InternetAddress(bytes: message.data(of: record)),
                address.isIPv6 == (self == .address6)
            else { throw .badRecord }
            return address.description
        case .alias: return try message.name(in: record).description
        }
    }

    /// A value as another program writes it (`dc1.example.org.`, `2001:DB8:0::1`) in the form that values have here.
    func canonical(_ value: String) -> String? {
        switch self {
        case .address4: InternetAddress(value).flatMap { $0.isIPv6 ? nil : $0.description }
        case .address6: InternetAddress(value).flatMap { $0.isIPv6 ? $0.description : nil }
        case .alias: DNSName(value)?.description
        }
    }
}
