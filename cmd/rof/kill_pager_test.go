//go:build failpoints

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// pager is the path that leads past Slack: it keeps the keys it was called with.
type pager struct {
	url, id string

	mu    sync.Mutex
	calls map[string]map[string]int // by incident, by key
}

func newPager(t *testing.T) *pager {
	p := &pager{id: rand.Text()[:8], calls: map[string]map[string]int{}}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.url = srv.URL
	return p
}

func (p *pager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var c engine.Call
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls[c.IncidentID] == nil {
		p.calls[c.IncidentID] = map[string]int{}
	}
	p.calls[c.IncidentID][c.Key]++
}

// keys are for how many reasons an incident was paged.
func (p *pager) keys(incident string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls[incident])
}

// await waits for a page.
func (p *pager) await(ctx context.Context, incident string) error {
	for p.keys(incident) == 0 {
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause is between two looks at another process.
func pause(ctx context.Context) error {
	select {
	case <-time.After(25 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
