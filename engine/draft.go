package engine

import (
	"context"
	"strings"
	"time"
)

// DraftStatus is what people made of a draft.
type DraftStatus string

// The states of a draft. One that tells of no fix and no cause is empty: nobody
// is asked about it, and it is kept only so that it is not read again.
const (
	DraftOpen     DraftStatus = "open"
	DraftEmpty    DraftStatus = "empty"
	DraftAccepted DraftStatus = "accepted"
	DraftDropped  DraftStatus = "dropped"
)

// ThreadDraft is a past incident as a thread in chat tells it. It is apart from
// history, and no evidence, until a person accepts it.
type ThreadDraft struct {
	ID         string      `json:"id"` // DraftID of its thread
	Status     DraftStatus `json:"status"`
	Title      string      `json:"title"`
	Symptom    string      `json:"symptom"`
	RootCause  string      `json:"root_cause"`
	Resolution string      `json:"resolution"`
	Service    string      `json:"service"`
	URL        string      `json:"url"`    // of the thread
	Latest     string      `json:"latest"` // the last reply that it was read with
	StartedAt  time.Time   `json:"started_at"`
	ResolvedAt *time.Time  `json:"resolved_at"`
	DecidedBy  string      `json:"decided_by,omitempty"`
	DecidedAt  *time.Time  `json:"decided_at,omitempty"`
}

// Thread is a conversation in chat, oldest message first.
type Thread struct {
	Channel string
	TS      string // of its first message, as chat names it
	URL     string
	Latest  string // the timestamp of the last reply
	Said    []ThreadMessage
}

// ThreadMessage is one message of a thread.
type ThreadMessage struct {
	At   time.Time
	Bot  bool
	Text string
}

// DraftID names the draft of a thread: the same thread is one draft for ever.
func DraftID(channel, ts string) string { return channel + "-" + strings.ReplaceAll(ts, ".", "-") }

// DraftReport counts what reading threads did.
type DraftReport struct {
	New       int `json:"new"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Empty     int `json:"empty"` // say neither what fixed it nor why
}

// KeepDrafts stores drafts that were read. What people decided stands: an
// accepted or dropped one is left alone.
func (e *Engine) KeepDrafts(ctx context.Context, drafts []ThreadDraft) (DraftReport, error) {
	var report DraftReport
	err := e.store.Update(ctx, func(tx Tx) error {
		report = DraftReport{}
		var changed []ThreadDraft
		for _, d := range drafts {
			d.clean()
			before, err := tx.Draft(ctx, d.ID)
			fresh := KindOf(err) == NotFound
			switch {
			case err != nil && !fresh:
				return err
			case !fresh && (before.Status == DraftAccepted || before.Status == DraftDropped || before.equal(&d)):
				report.Unchanged++
				continue
			case d.Status == DraftEmpty:
				report.Empty++
			case fresh || before.Status == DraftEmpty:
				report.New++
			default:
				report.Updated++
			}
			changed = append(changed, d)
		}
		return e.putDrafts(ctx, tx, changed)
	})
	return report, err
}

func (e *Engine) putDrafts(ctx context.Context, tx Tx, drafts []ThreadDraft) error {
	if len(drafts) == 0 {
		return nil
	}
	if err := tx.PutDrafts(ctx, drafts); err != nil {
		return err
	}
	ev, err := NewEvent(EventSystem, e.now(), news{What: "drafts"})
	if err != nil {
		return err
	}
	return tx.Emit(ctx, ev)
}

// Draft returns a draft.
func (e *Engine) Draft(ctx context.Context, id string) (d ThreadDraft, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		d, err = r.Draft(ctx, id)
		return err
	})
	return d, err
}

// Drafts lists the drafts that wait for a person, the newest thread first.
func (e *Engine) Drafts(ctx context.Context, after string, limit int) (p Page[ThreadDraft], err error) {
	err = e.store.View(ctx, func(r Reader) error {
		p.Items, p.Next, err = r.Drafts(ctx, DraftOpen, after, limit)
		return err
	})
	return p, err
}

// DraftEdit is what a person makes of a draft as they accept it; nil leaves a
// field as it was read.
type DraftEdit struct{ Title, Symptom, RootCause, Resolution, Service *string }

func (edit *DraftEdit) apply(d *ThreadDraft) {
	for _, f := range []struct {
		from *string
		to   *string
	}{{edit.Title, &d.Title}, {edit.Symptom, &d.Symptom}, {edit.RootCause, &d.RootCause}, {edit.Resolution, &d.Resolution}, {edit.Service, &d.Service}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	d.clean()
}

// AcceptDraft makes a draft history, as a person left it; it is searched at
// once.
func (e *Engine) AcceptDraft(ctx context.Context, id, actor string, edit DraftEdit) (Incident, error) {
	var m merge
	var i Incident
	err := e.decideDraft(ctx, id, actor, DraftAccepted, func(tx Tx, d *ThreadDraft, now time.Time) error {
		edit.apply(d)
		if d.Title+d.Symptom == "" {
			return Invalidf("title", "a past incident needs a title or a symptom")
		}
		i = d.incident()
		if err := i.asHistory(); err != nil {
			return err
		}
		var err error
		if m, err = compareHistory(ctx, tx, []Incident{i}, nil, now); err != nil {
			return err
		}
		return e.write(ctx, tx, &m, now)
	})
	if err == nil {
		e.follow(ctx, &m)
	}
	return i, err
}

// DropDraft says that a draft is no incident, or of no use. It is not asked
// about again.
func (e *Engine) DropDraft(ctx context.Context, id, actor string) error {
	return e.decideDraft(ctx, id, actor, DraftDropped, func(Tx, *ThreadDraft, time.Time) error { return nil })
}

func (e *Engine) decideDraft(ctx context.Context, id, actor string, to DraftStatus, do func(Tx, *ThreadDraft, time.Time) error) error {
	if actor = strings.TrimSpace(Clean(actor)); actor == "" {
		return Invalidf("actor", "say who does this")
	}
	now := e.now()
	return e.store.Update(ctx, func(tx Tx) error {
		d, err := tx.Draft(ctx, id)
		if err != nil {
			return err
		}
		if d.Status == DraftAccepted || d.Status == DraftDropped {
			return Conflictf("%s is %s already, by %s", d.ID, d.Status, d.DecidedBy)
		}
		if err := do(tx, &d, now); err != nil {
			return err
		}
		d.Status, d.DecidedBy, d.DecidedAt = to, actor, &now
		return e.putDrafts(ctx, tx, []ThreadDraft{d})
	})
}

// incident is the past incident that a draft tells of.
func (d *ThreadDraft) incident() Incident {
	r := Row{
		Kind: KindIncident, ID: "SL-" + d.ID, Title: d.Title, Symptom: d.Symptom, RootCause: d.RootCause, Resolution: d.Resolution,
		Service: d.Service, Source: "slack", StartedAt: &d.StartedAt, ResolvedAt: d.ResolvedAt,
	}
	if d.URL != "" {
		r.Labels = map[string]string{"thread": d.URL}
	}
	return r.Incident()
}

func (d *ThreadDraft) clean() {
	for _, s := range []*string{&d.Title, &d.Symptom, &d.RootCause, &d.Resolution, &d.Service, &d.URL} {
		*s = strings.TrimSpace(Clean(*s))
	}
	d.StartedAt, d.ResolvedAt = d.StartedAt.UTC().Truncate(time.Microsecond), micros(d.ResolvedAt)
}

// equal reports whether two readings of a thread are the same.
func (d *ThreadDraft) equal(other *ThreadDraft) bool {
	return sameObject(d, other)
}
