import Testing

@testable import FailoverModel

@Suite("An address of the Internet")
struct InternetAddressTests {
    @Test(
        arguments: [
            ("192.0.2.10", "192.0.2.10"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("2001:db8::10", "2001:db8::10"), ("2001:DB8:0:0:0:0:0:10", "2001:db8::10"), ("::", "::"), ("::1", "::1"),
            ("1::", "1::"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("::ffff:192.0.2.1", "::ffff:c000:201"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ])
    func `Every way of writing it has one canonical form`(text: String, canonical: String) throws {
        let address = try #require(InternetAddress(text))
        #expect(address.description == canonical)
        #expect(InternetAddress(canonical) == address)
        #expect(InternetAddress(bytes: address.bytes) == address)
    }

    @Test(
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "1.2.3.4 ", "a.b.c.d", ":", ":::",
            "1:2",
            "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "::1%eth0", "::1/64", "1.2.3.4::",
            "::1.2.3", "+1::", "1:2:3:4:5:6:7:",
        ])
    func `What is none is refused`(text: String) { #expect(InternetAddress(text) == nil) }

    @Test func `Only four and sixteen bytes are an address`() {
        for count in 0..<20 where count != 4 && count != 16 {
            #expect(InternetAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }
}
