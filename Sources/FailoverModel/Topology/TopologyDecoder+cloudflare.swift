extension TopologyDecoder {
    /// `driver: cloudflare` of `dns:`.
    mutating func cloudflare(_ fields: YAMLMapping) -> DNSZone.CloudflareZone? {
        let example = "zoneID: 023e105f4ecef8ad9ca31a8372d0c353"
        let id = fields.required("zoneID", example: example, &problems)?.text(
            "zoneID", example: example, rule: "32 hexadecimal digits, as the zone's overview shows them", &problems,
            where: { $0.utf8.count == 32 && $0.allSatisfy { $0.isASCII && $0.isHexDigit } })
        let usual = "https://api.cloudflare.com"
        let url = fields["url"] == nil ? usual : apiURL(fields, example: "url: \(usual)", sends: "the API's token")
        let certificate = path("caCertificate", fields, example: "caCertificate: certificates/dns-ca.pem")
        guard
            let token = secret("apiToken", fields, called: "\"dns\"", example: "apiTokenFile: secrets/cloudflare")
        else { return nil }
        return DNSZone.CloudflareZone(id: id ?? "", token: token, url: url ?? "", caCertificate: certificate)
    }
}
