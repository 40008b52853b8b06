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
	eventually(t, "that another large one is told to come back", func() bool {
		got := r.do("POST", "/webhooks/generic", large("other", 100<<10))
		return got.status == http.StatusServiceUnavailable && got.header.Get("Retry-After") == "10"
	})
	r.do("POST", "/webhooks/generic", large("small", 1<<10)).want(t, 202)
	_, err = io.WriteString(rest, body[340<<10:])
	check(t, err)
	check(t, rest.Close())
	group.Wait()
	if got := <-answered; got.status != http.StatusAccepted {
		t.Errorf("the slow one is answered %d", got.status)
	}
	r.do("POST", "/webhooks/generic", large("other", 100<<10)).want(t, 202)
}
