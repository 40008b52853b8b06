package engine

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Quarantined is a part of a delivery that could not be read, as it came in, so
// that people can see what a sender does wrong.
type Quarantined struct {
	ID     string    `json:"id"`
	Source string    `json:"source"`
	Error  string    `json:"error"`            // what is wrong with it, and where
	Raw    string    `json:"raw"`              // the part itself, cut where it is long
	At     time.Time `json:"at"`               // when it came last
	Alerts int       `json:"alerts,omitempty"` // lost to it, where more than one
}

// keptQuarantined is how many of them are kept, whatever their age: who looks
// at them needs the latest, and a sender that is wrong is wrong all the time.
const keptQuarantined = 1000

// Quarantine keeps parts of a delivery that could not be read. One that comes
// again, as senders repeat what they were not thanked for, is one.
func (e *Engine) Quarantine(ctx context.Context, parts []Quarantined) error {
	if len(parts) == 0 {
		return nil
	}
	counts := make(accounts)
	troubles := make(map[string]Trouble) // by source
	for n := range parts {
		q := &parts[n]
		q.Error, q.Raw, q.At = strings.TrimSpace(Clean(q.Error)), blank(Clean(q.Raw)), e.now()
		q.ID = "qua_" + HashFingerprint(q.Raw, q.Source, nil)
		lost := max(1, q.Alerts)
		counts.add(Account{Source: q.Source, Received: lost, Quarantined: lost})
		t := newTrouble(TroubleUnread, q.Source, q.Error, "", lost, q.At)
		if before, seen := troubles[q.Source]; seen {
			t = before.and(t)
		}
		troubles[q.Source] = t
	}
	return e.count(ctx, func(tx Tx, n accounts) error {
		n.add(counts.list()...)
		if err := e.tellTroubles(ctx, tx, slices.Collect(maps.Values(troubles))); err != nil {
			return err
		}
		return tx.PutQuarantined(ctx, parts)
	})
}

// blank takes what is called a secret out of JSON, which need not be whole: what is
// kept is looked at.
func blank(raw string) string {
	return regexp.MustCompile(`("[\w.-]*(?i:routing_?key|token|passw(?:or)?d|secret|api[_-]?key|authorization)[\w.-]*"\s*:\s*)"(?:[^"\\]|\\.)*"?`).ReplaceAllString(raw, `$1"…"`)
}

// Quarantined lists what could not be read of a source's deliveries, or of all
// with source "", the latest first, at most limit.
func (e *Engine) Quarantined(ctx context.Context, source string, limit int) (list []Quarantined, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		list, err = r.Quarantined(ctx, source, limit)
		return err
	})
	return list, err
}
