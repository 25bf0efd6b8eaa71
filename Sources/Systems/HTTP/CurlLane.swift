import CLibCURL
import Dispatch
import FailoverModel
import Foundation
import Synchronization

/// A curl handle, its connection cache, and the one queue that touches them.
///
/// `@unchecked Sendable`: the pointers are set once in `init`; after that they are used only by blocks on `queue`, which is
/// serial, and by `deinit`, when nobody else holds the lane.
final class CurlLane: @unchecked Sendable {
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    // A serial queue has a thread of its own when it needs one, so waiting lanes never starve other work.
    private let queue = DispatchQueue(label: "handover.http")
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init?() {
        guard Self.isInitialised, let easy = curl_easy_init() else { return nil }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            return nil
        }
        self.easy = easy
        self.multi = multi
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        errorBuffer.deallocate()
    }

    func start(
        _ request: HTTPRequest, _ target: HTTPTarget, _ cancellation: CurlCancellation,
        _ finish: @escaping @Sendable (Result<HTTPResponse, Fault>) -> Void
    ) {
        queue.async { finish(self.transfer(request, target, cancellation)) }
    }

    private func transfer(
        _ request: HTTPRequest, _ target: HTTPTarget, _ cancellation: CurlCancellation
    ) -> Result<HTTPResponse, Fault> {
        handover_curl_block_sigpipe()
        curl_easy_reset(easy)
        let answer = CurlAnswer(bodyLimit: request.limits.bodyBytes)
        var options = CurlOptions(handle: easy)
        defer { options.free() }
        errorBuffer[0] = 0
        let wasSet = options.set(request, target, answer, errorBuffer)
        var code = wasSet == CURLE_OK ? withExtendedLifetime(answer) { perform(cancellation) } : wasSet
        if code == CURLE_OK, !answer.hasWholeHeaders { code = CURLE_PARTIAL_FILE }
        let faults = CurlFaults(
            easy: easy, request: request, target: target, answer: answer, libraryText: String(cString: errorBuffer))
        guard let code else { return .failure(faults.cancelled) }
        guard code == CURLE_OK else { return .failure(faults.fault(for: code)) }
        var status = 0
        _ = handover_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        var took: curl_off_t = 0
        _ = handover_curl_get_offset(easy, CURLINFO_TOTAL_TIME_T, &took)
        return .success(
            HTTPResponse(
                status: status, headers: answer.headers, body: answer.body,
                certificate: request.wantsCertificate ? PeerCertificate(seenBy: easy) : nil,
                milliseconds: Int64(took) / 1000))
    }

    /// Runs the transfer to its end; `nil` where it was cancelled. Time limits are libcurl's own.
    private func perform(_ cancellation: CurlCancellation) -> CURLcode? {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
        defer { curl_multi_remove_handle(multi, easy) }
        cancellation.attach(multi)
        defer { cancellation.detach() }
        var running: Int32 = 0
        repeat {
            if cancellation.isCancelled { return nil }
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
            if running > 0, curl_multi_poll(multi, nil, 0, 1000, nil) != CURLM_OK { return CURLE_OUT_OF_MEMORY }
        } while running > 0
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return handover_curl_result(message) }
        }
        return CURLE_GOT_NOTHING
    }
}

/// Wakes a lane that waits, from any thread.
///
/// `@unchecked Sendable`: all state is behind the mutex. The pointer is used only while attached, and `detach` waits for the
/// mutex, so it outlives every use; `curl_multi_wakeup` may be called from any thread.
final class CurlCancellation: @unchecked Sendable {
    private struct State: @unchecked Sendable {
        var isCancelled = false
        var multi: UnsafeMutableRawPointer?
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() {
        state.withLock {
            $0.isCancelled = true
            if let multi = $0.multi { curl_multi_wakeup(multi) }
        }
    }

    func attach(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLock { $0.multi = UnsafeMutableRawPointer(bitPattern: address) }
    }

    func detach() { state.withLock { $0.multi = nil } }
}
