/* libcurl for Swift: curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call,
 * so each argument type gets a function of its own. Nothing else belongs here. */
#ifndef HANDOVER_CLIBCURL_SHIM_H
#define HANDOVER_CLIBCURL_SHIM_H

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

typedef size_t (*handover_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode handover_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/* A null string gives the option its "none" meaning, which for CURLOPT_CAPATH is "no folder of certificates". */
static inline CURLcode handover_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handover_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handover_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handover_curl_set_receiver(CURL *handle, CURLoption option, handover_curl_receiver value) {
    return curl_easy_setopt(handle, option, value);
}

/* libcurl copies the bytes. */
static inline CURLcode handover_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t length) {
    struct curl_blob blob = {(void *)bytes, length, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

/* libcurl copies the bytes: the length must be set with CURLOPT_POSTFIELDSIZE_LARGE first. */
static inline CURLcode handover_curl_set_body(CURL *handle, const void *bytes, size_t length) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode handover_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode handover_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

/* The certificates of the peer as CURLOPT_CERTINFO has kept them; theirs as long as the handle's next transfer. */
static inline const struct curl_certinfo *handover_curl_get_certificates(CURL *handle) {
    struct curl_certinfo *certificates = NULL;
    return curl_easy_getinfo(handle, CURLINFO_CERTINFO, &certificates) == CURLE_OK ? certificates : NULL;
}

/* The result in a "done" message; a union in C. */
static inline CURLcode handover_curl_result(const CURLMsg *message) { return message->data.result; }

/* With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to its caller; a broken connection must not end the process. */
static inline void handover_curl_block_sigpipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

#endif
