package bot

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// heed keeps what Slack said of when to call a method again: till then a call is
// answered here as Slack would, and does not go out. Messages have a pace of
// their own, by channel and for all replicas (announce.go).
type heed struct {
	next http.RoundTripper
	api  *url.URL
	now  func() time.Time

	mu    sync.Mutex
	until map[string]time.Time // by method
}

func newHeed(next http.RoundTripper, api *url.URL, now func() time.Time) *heed {
	return &heed{next: next, api: api, now: now, until: map[string]time.Time{}}
}

func (h *heed) RoundTrip(req *http.Request) (*http.Response, error) {
	method, ok := strings.CutPrefix(req.URL.Path, h.api.Path)
	if !ok || req.URL.Host != h.api.Host || method == "chat.postMessage" {
		return h.next.RoundTrip(req)
	}
	if wait := h.wait(method); wait > 0 {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		seconds := (wait + time.Second - 1) / time.Second
		return &http.Response{
			Status: "429 Too Many Requests", StatusCode: http.StatusTooManyRequests, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Retry-After": {strconv.Itoa(int(seconds))}}, Body: http.NoBody, Request: req,
		}, nil
	}
	resp, err := h.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			h.mu.Lock()
			h.until[method] = h.now().Add(time.Duration(s) * time.Second)
			h.mu.Unlock()
		}
	}
	return resp, err
}

// wait is how long a method is not to be called yet.
func (h *heed) wait(method string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until[method].Sub(h.now())
}

// CloseIdleConnections closes those below, as an http.Client asks for.
func (h *heed) CloseIdleConnections() {
	if c, ok := h.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
