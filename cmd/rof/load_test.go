package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// load is senders that each deliver one alert after the other, and each until it
// is taken in, as monitoring does.
type load struct {
	t      testing.TB
	end    context.CancelFunc
	group  sync.WaitGroup
	client *http.Client

	mu     sync.Mutex
	url    string
	kept   map[string]bool // fingerprints that were answered 202
	turned int             // answers of 503
	cut    int             // no answer
}

// loading starts so many senders.
func loading(t testing.TB, p *process, senders int) *load {
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{
		t: t, end: cancel, url: p.url, kept: map[string]bool{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}, Timeout: 40 * time.Second},
	}
	for n := range senders {
		l.group.Go(func() { l.send(ctx, n) })
	}
	t.Cleanup(l.stop)
	return l
}

// to sends what follows to another process.
func (l *load) to(p *process) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.url = p.url
}

func (l *load) stop() {
	l.end()
	l.group.Wait()
	l.client.CloseIdleConnections()
}

func (l *load) counts() (kept, turned, cut int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.kept), l.turned, l.cut
}

func (l *load) send(ctx context.Context, sender int) {
	for n := 0; ctx.Err() == nil; n++ {
		fp := fmt.Sprintf("load-%d-%d", sender, n)
		for ctx.Err() == nil && !l.once(fp) {
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}

// once delivers an alert; what was begun is ended even where the load is.
func (l *load) once(fp string) bool {
	l.mu.Lock()
	to := l.url
	l.mu.Unlock()
	resp, err := l.client.Post(to+"/webhooks/generic", "application/json", strings.NewReader(fmt.Sprintf(`{"title":"alert %s","fingerprint":%q}`, fp, fp)))
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.cut++
		return false
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusAccepted:
		l.kept[fp] = true
		return true
	case http.StatusServiceUnavailable:
		l.turned++
		if resp.Header.Get("Retry-After") == "" {
			l.t.Errorf("503 without Retry-After: %s", body)
		}
		return false
	}
	l.t.Errorf("%s was answered %s: %s", fp, resp.Status, body)
	return true
}

// allThere checks that what was answered 202 is stored, once.
func (l *load) allThere(p *process) {
	l.t.Helper()
	found := fingerprints(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	for fp := range l.kept {
		if found[fp] != 1 {
			l.t.Errorf("%s was answered 202 and is there %d times", fp, found[fp])
		}
	}
	l.t.Logf("%d answered 202, %d answered 503, %d without an answer; %d stored", len(l.kept), l.turned, l.cut, len(found))
}

// fingerprints counts the incidents of each.
func fingerprints(p *process) map[string]int {
	p.t.Helper()
	found := map[string]int{}
	for after := ""; ; {
		var page struct {
			Incidents []engine.Incident
			Next      *string
		}
		p.get("/api/v1/incidents?limit=200&after="+url.QueryEscape(after), &page)
		for _, i := range page.Incidents {
			found[i.Fingerprint]++
		}
		if page.Next == nil {
			return found
		}
		after = *page.Next
	}
}

// decided waits until each live incident has its decision: nothing is stuck.
func (p *process) decided() {
	p.t.Helper()
	waiting := map[string]bool{}
	var after int64
	wait(p.t, time.Minute, "each incident's decision", func() bool {
		for {
			var page struct{ Events []engine.Event }
			p.get(fmt.Sprintf("/api/v1/events?limit=200&after=%d", after), &page)
			for _, ev := range page.Events {
				after = ev.Seq
				switch ev.Type {
				case engine.EventAnomaly:
					waiting[decoded[engine.Alert](p.t, ev).IncidentID] = true
				case engine.EventDecision:
					if id := decoded[engine.Decision](p.t, ev).IncidentID; id != nil {
						delete(waiting, *id)
					}
				}
			}
			if len(page.Events) == 0 {
				return len(waiting) == 0
			}
		}
	})
}

// readiness is what /readyz says, and its status.
func (p *process) readiness() (status int, checks map[string]struct{ State, Detail string }) {
	p.t.Helper()
	resp, err := http.Get(p.url + "/readyz")
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var v struct {
		Checks map[string]struct{ State, Detail string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		p.t.Errorf("/readyz: %v", err)
	}
	return resp.StatusCode, v.Checks
}

// unready waits until /readyz says that one dependency is the matter.
func (p *process) unready(check string) {
	p.t.Helper()
	wait(p.t, 20*time.Second, "/readyz to name "+check, func() bool {
		status, checks := p.readiness()
		return status == http.StatusServiceUnavailable && checks[check].State == "failed"
	})
}

// healthyAfter waits until the process is ready and takes alerts in, and returns
// how long that took.
func (p *process) healthyAfter(l *load) time.Duration {
	p.t.Helper()
	began := time.Now()
	before, _, _ := l.counts()
	p.ready()
	wait(p.t, 30*time.Second, "alerts to be taken in again", func() bool {
		kept, _, _ := l.counts()
		return kept > before
	})
	return time.Since(began)
}
