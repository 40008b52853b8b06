package webhook_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"ragoffire/webhook"
)

func TestWhatIsHeldAtATimeIsBounded(t *testing.T) {
	r := start(t, func(c *webhook.Config) { c.MaxHeld = 400 << 10 })
	// large is a body of so many bytes.
	large := func(name string, bytes int) string {
		body := anomaly(map[string]any{"fingerprint": name})
		return body + strings.Repeat(" ", bytes-len(body))
	}
	body := large("slow", 350<<10)
	slow, rest := io.Pipe()
	answered := make(chan answer, 1)
	var group sync.WaitGroup
	group.Go(func() {
		resp, err := r.client.Post(r.url+"/webhooks/generic", "application/json", slow)
		if err != nil {
			t.Error(err)
			return
		}
		_ = resp.Body.Close()
		answered <- answer{status: resp.StatusCode}
	})
	_, err := io.WriteString(rest, body[:340<<10])
	check(t, err)
	holds := func(bytes int64) {
		t.Helper()
		eventually(t, "that only the slow one's part is held", func() bool { return r.server.Held() == bytes })
	}
	holds(340 << 10)
	got := r.do("POST", "/webhooks/generic", large("other", 100<<10)).want(t, http.StatusServiceUnavailable)
	if after := got.header.Get("Retry-After"); after != "10" {
		t.Errorf("it is told to come back after %q", after)
	}
	holds(340 << 10)
	r.do("POST", "/webhooks/generic", large("small", 1<<10)).want(t, 202)
	holds(340 << 10)
	_, err = io.WriteString(rest, body[340<<10:])
	check(t, err)
	check(t, rest.Close())
	group.Wait()
	if got := <-answered; got.status != http.StatusAccepted {
		t.Errorf("the slow one is answered %d", got.status)
	}
	holds(0)
	r.do("POST", "/webhooks/generic", large("other", 100<<10)).want(t, 202)
}
