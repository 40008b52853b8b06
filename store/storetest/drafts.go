package storetest

import (
	"context"
	"slices"
	"testing"

	"ragoffire/engine"
)

func draftID(d *engine.ThreadDraft) string { return d.ID }

func putDrafts(t *testing.T, o Opened, drafts ...engine.ThreadDraft) {
	t.Helper()
	update(t, o, func(ctx context.Context, tx engine.Tx) error { return tx.PutDrafts(ctx, drafts) })
}

var draftTests = map[string]func(*testing.T, Opened){
	"a draft is kept as it is, and replaced by its id": func(t *testing.T, o Opened) {
		d := filled[engine.ThreadDraft](1)
		other := d
		other.Title = "another reading"
		putDrafts(t, o, other, d) // the last of one call wins
		o2 := again(t, o)
		same(t, view(t, o2, func(ctx context.Context, r engine.Reader) (engine.ThreadDraft, error) { return r.Draft(ctx, d.ID) }), kept(d))
		same(t, inTx(t, o2, func(ctx context.Context, tx engine.Tx) (engine.ThreadDraft, error) { return tx.Draft(ctx, d.ID) }), kept(d))
		putDrafts(t, o, other)
		same(t, view(t, o2, func(ctx context.Context, r engine.Reader) (engine.ThreadDraft, error) { return r.Draft(ctx, d.ID) }), kept(other))
	},

	"a missing one is NotFound": func(t *testing.T, o Opened) {
		wantKind(t, o.View(t.Context(), func(r engine.Reader) error { _, err := r.Draft(t.Context(), "x"); return err }), engine.NotFound)
		wantKind(t, o.Update(t.Context(), func(tx engine.Tx) error { _, err := tx.Draft(t.Context(), "x"); return err }), engine.NotFound)
	},

	"a list has one status, the highest id first, page by page": func(t *testing.T, o Opened) {
		var want []string
		for n := range 12 {
			d := engine.ThreadDraft{ID: name("d", n), Status: engine.DraftOpen, StartedAt: t0()}
			if n%4 == 3 {
				d.Status = engine.DraftDropped
			} else {
				want = append(want, d.ID)
			}
			putDrafts(t, o, d)
		}
		slices.Reverse(want)
		got := walkPages(t, draftID, func(after string) (page []engine.ThreadDraft, next string, err error) {
			err = o.View(t.Context(), func(r engine.Reader) error {
				page, next, err = r.Drafts(t.Context(), engine.DraftOpen, after, 4)
				return err
			})
			return page, next, err
		}, func(n int) {
			putDrafts(t, o, engine.ThreadDraft{ID: name("z", n), Status: engine.DraftOpen, StartedAt: t0()})
		})
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if dropped := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.ThreadDraft, error) {
			list, _, err := r.Drafts(ctx, engine.DraftDropped, "", 0)
			return list, err
		}); len(dropped) != 3 {
			t.Errorf("%d are dropped, want 3", len(dropped))
		}
	},

	"a draft is no history": func(t *testing.T, o Opened) {
		putDrafts(t, o, engine.ThreadDraft{ID: "d", Status: engine.DraftOpen, Title: "Pool exhausted", Resolution: "throttle", StartedAt: t0()})
		history := view(t, o, func(ctx context.Context, r engine.Reader) ([]engine.Incident, error) {
			list, _, err := r.History(ctx, "", 0)
			return list, err
		})
		if len(history) != 0 || len(listed(t, o, engine.IncidentFilter{})) != 0 {
			t.Errorf("it is found as %v", history)
		}
	},
}
