//go:build failpoints

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// check compares what there is with what was answered. Messages that stand more
// than once may be no more than the twice given.
func (c *chain) check(twice int) {
	c.t.Helper()
	c.quiet()
	st, err := store.Open(c.t.Context(), strings.TrimPrefix(c.db, "DATABASE_URL="), store.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	c.heard(st)
	if n := c.doubles(); n > twice {
		c.t.Errorf("%d messages are there once more than they should be; at most %d may", n, twice)
	}
	err = st.View(c.t.Context(), func(r engine.Reader) error {
		incidents := 0
		for after := ""; ; {
			page, next, err := r.Incidents(c.t.Context(), engine.IncidentFilter{}, after, 1000)
			if err != nil {
				return err
			}
			for _, i := range page {
				if !i.Historical {
					incidents++
				}
			}
			if after = next; after == "" {
				break
			}
		}
		if incidents != len(c.stories) {
			c.t.Errorf("%d alerts made %d incidents", len(c.stories), incidents)
		}
		for _, s := range c.stories {
			if err := s.check(r); err != nil {
				return err
			}
		}
		return c.events(r)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range c.stories {
		if s.ends != "monitoring" {
			s.found()
		}
	}
}

// quiet waits until Slack lacks nothing.
func (c *chain) quiet() {
	c.t.Helper()
	wait(c.t, patience, "all posts to be sent", func() bool { return c.lacking() == "" })
}

// heard waits for the notes that were acknowledged: a job each, of which Slack
// shows nothing.
func (c *chain) heard(st engine.Store) {
	c.t.Helper()
	p := c.slack.Snapshot()
	wait(c.t, patience, "all notes to be taken", func() bool {
		for _, s := range c.stories {
			var entries []engine.Entry
			err := st.View(c.t.Context(), func(r engine.Reader) (err error) {
				entries, err = r.Timeline(c.t.Context(), s.incident)
				return err
			})
			if err != nil {
				return false
			}
			for _, said := range s.said {
				if noted(p, said) && !slices.ContainsFunc(entries, func(e engine.Entry) bool { return e.Text == said }) {
					return false
				}
			}
		}
		return true
	})
}

// doubles counts the messages that stand once more than they should, by the key
// that each has.
func (c *chain) doubles() (more int) {
	seen := map[string]bool{}
	p := c.slack.Snapshot()
	for _, ch := range p.Channels {
		for _, m := range p.BotMessages(ch.ID) {
			key := keyOf(m)
			if key == "" {
				c.t.Errorf("a message of ours in %s has no key:\n%s", ch.ID, m.Visible())
				continue
			}
			if seen[key] {
				more++
				c.t.Logf("%s stands once more in %s", key, ch.ID)
			}
			seen[key] = true
		}
	}
	return more
}

// check looks at one story's end.
func (s *story) check(r engine.Reader) error {
	ctx := s.t.Context()
	i, err := r.Incident(ctx, s.incident)
	if err != nil {
		return err
	}
	alerts, err := r.Alerts(ctx, s.incident)
	if err != nil {
		return err
	}
	if len(alerts) != 1 || alerts[0].Fingerprint != s.fingerprint() {
		s.t.Errorf("story %d: %s has %d alerts; want its own", s.n, s.incident, len(alerts))
	}
	if i.Status != engine.Resolved || s.ends != "monitoring" && i.Resolution != s.fix() {
		s.t.Errorf("story %d: %s is %s with the fix %q", s.n, s.incident, i.Status, i.Resolution)
	}
	decisions, _, err := r.Decisions(ctx, engine.DecisionFilter{IncidentID: s.incident}, "", 10)
	if err != nil {
		return err
	}
	if len(decisions) != 1 || decisions[0].Status != engine.Approved || len(decisions[0].Reviews) != 1 {
		s.t.Errorf("story %d: %s has %d decisions; want one that is approved once: %+v", s.n, s.incident, len(decisions), decisions)
	}
	entries, err := r.Timeline(ctx, s.incident)
	if err != nil {
		return err
	}
	kinds, notes := map[string]int{}, map[string]int{}
	for _, e := range entries {
		kinds[e.Kind]++
		notes[e.Text]++
	}
	for _, said := range s.said {
		if n := notes[said]; n > 1 || n == 0 && noted(s.slack.Snapshot(), said) {
			s.t.Errorf("story %d: %q stands %d times in the timeline of %s", s.n, said, n, s.incident)
		}
	}
	want := map[string]int{"decided": 1, "approved": 1, "acknowledged": 1, "paged": 0}
	// A pager that rang twice for a reason did so with the same key; nobody has it,
	// and Slack is out of reach, are two reasons. Who took the incident between the
	// call and its record is why the record may be missing.
	if keys := s.pager.keys(s.incident); s.paged && (keys == 0 || keys > 2 || kinds["paged"] > keys) {
		s.t.Errorf("story %d: %s was paged for %d reasons, and its timeline tells of %d", s.n, s.incident, keys, kinds["paged"])
	}
	if s.paged {
		delete(want, "paged")
	}
	if s.ends != "monitoring" {
		want["resolved"] = 1
	}
	for kind, n := range want {
		if kinds[kind] != n {
			for _, e := range s.slack.Snapshot().Ephemerals(s.person) {
				s.t.Logf("story %d is told in private: %s", s.n, e.Visible())
			}
			s.t.Errorf("story %d (%v, %s): %s was %s %d times; want %d", s.n, s.acts, s.ends, s.incident, kind, kinds[kind], n)
		}
	}
	s.shown()
	return nil
}

// shown looks at what the channel shows in the end.
func (s *story) shown() {
	p := s.slack.Snapshot()
	if advice := s.last(p, "decision:"); !strings.Contains(advice.Visible(), "Approved by @person") {
		s.t.Errorf("story %d: the decision does not show its approval:\n%s", s.n, advice.Visible())
	}
	if m := s.main(p); !strings.Contains(m.Visible(), "*resolved*") {
		s.t.Errorf("story %d: the channel shows:\n%s", s.n, m.Visible())
	}
}

// events looks at what the feed told: each verdict once, each commit in order.
func (c *chain) events(r engine.Reader) error {
	reviews := map[string]int{}
	for after := int64(0); ; {
		events, err := r.Events(c.t.Context(), after, 1000)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			break
		}
		for _, ev := range events {
			if ev.Seq <= after {
				c.t.Errorf("event %d comes after %d", ev.Seq, after)
			}
			after = ev.Seq
			var review engine.Review
			if ev.Type != engine.EventReview {
				continue
			}
			if err := json.Unmarshal(ev.Data, &review); err != nil {
				return err
			}
			reviews[review.DecisionID]++
		}
	}
	for id, n := range reviews {
		if n != 1 {
			c.t.Errorf("the verdict on %s was told %d times", id, n)
		}
	}
	if len(reviews) != len(c.stories) {
		c.t.Errorf("%d verdicts were told; want %d", len(reviews), len(c.stories))
	}
	return nil
}

// found looks whether the fix is searched by the last process, which was not
// there when it was told.
func (s *story) found() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for {
		var page struct {
			Results []engine.SearchResult `json:"results"`
		}
		resp, err := client.Get(s.url() + "/api/v1/search?k=5&q=" + url.QueryEscape(s.fix()))
		if err == nil && resp.StatusCode == http.StatusOK {
			err = json.NewDecoder(resp.Body).Decode(&page)
			_ = resp.Body.Close()
		}
		for _, f := range page.Results {
			if f.ID == s.incident {
				return
			}
		}
		if perr := pause(ctx); perr != nil {
			s.t.Errorf("story %d: %q is not found: %v", s.n, s.fix(), err)
			return
		}
	}
}
