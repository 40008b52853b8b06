package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Remark is what somebody wrote of an alert where it comes from: a note at the
// sender, which those who work here should read, too.
type Remark struct {
	ID          string // the sender's
	Fingerprint string // of the series that it is about
	Actor       string
	Text        string
	At          time.Time
}

// maxRemark bounds a remark's text, in runes; the rest is at the sender.
const maxRemark = 2000

// remark adds remarks to the timelines of the incidents that their series stand
// in, and returns how many are new there. One about what is not known here, or
// has become history, is none.
func (e *Engine) remark(ctx context.Context, source string, remarks []Remark) (added int, err error) {
	now := e.now()
	err = e.count(ctx, func(tx Tx, n accounts) error {
		added = 0
		for _, r := range remarks {
			ok, err := e.addRemark(ctx, tx, source, r, now)
			if err != nil {
				return err
			}
			if ok {
				added++
			}
		}
		n.add(taken(source, len(remarks), 0, Receipt{Accepted: added, Ignored: len(remarks) - added}, now))
		return nil
	})
	return added, err
}

func (e *Engine) addRemark(ctx context.Context, tx Tx, source string, r Remark, now time.Time) (bool, error) {
	text := []rune(strings.TrimSpace(Clean(r.Text)))
	key := SeriesKey{source, Clean(r.Fingerprint)}
	found, err := tx.Standing(ctx, Way{Series: []SeriesKey{key}, Now: now})
	if err != nil || len(text) == 0 || found.Latest[key].IncidentID == "" {
		return false, err
	}
	incidents, err := tx.IncidentsByID(ctx, []string{found.Latest[key].IncidentID})
	if err != nil || len(incidents) == 0 || incidents[0].Historical {
		return false, err
	}
	i := incidents[0]
	entry := Entry{
		ID: "ent_" + HashFingerprint(r.ID, source, map[string]string{"series": key.Fingerprint}), IncidentID: i.ID, Kind: "note",
		Actor: cmp.Or(strings.TrimSpace(Clean(r.Actor)), source), Text: string(text[:min(len(text), maxRemark)]), At: r.At,
	}
	if entry.At.IsZero() || entry.At.After(now) {
		entry.At = now
	}
	timeline, err := tx.Timeline(ctx, i.ID)
	if err != nil || slices.ContainsFunc(timeline, func(e Entry) bool { return e.ID == entry.ID }) {
		return false, err
	}
	w := newWants(now)
	w.incident(&i)
	return true, e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, w, now)
}
