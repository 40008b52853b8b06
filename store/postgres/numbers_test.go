package postgres

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
)

func TestNumbersAreBroughtAlongForWhoAsksNext(t *testing.T) {
	s := fresh(t)
	give := func(n int) (ids []string) {
		t.Helper()
		if err := s.Update(t.Context(), func(tx engine.Tx) (err error) {
			ids, err = tx.NumberIncidents(t.Context(), 2026, n)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	given := func() int64 {
		t.Helper()
		last, err := row(t.Context(), s.pool, func(r pgx.Rows, v *int64) error { return r.Scan(v) }, `SELECT last FROM numbers WHERE year = 2026`)
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
	asked := func(before time.Duration) {
		s.numbers.mu.Lock()
		defer s.numbers.mu.Unlock()
		s.numbers.asked = time.Now().Add(-before)
	}
	var got []string
	if got = give(1); given() != 1 {
		t.Errorf("the first of a quiet night brings along %d", given()-1)
	}
	asked(0)
	got = append(got, give(2)...) // and six more
	if given() != 9 {
		t.Errorf("right after it, %d are given, want 9", given())
	}
	got = append(got, give(6)...)
	if given() != 9 {
		t.Errorf("those that were brought along are asked for again: %d are given", given())
	}
	asked(0)
	got = append(got, give(1)...) // and three more
	asked(2 * aheadKeeps)
	got = append(got, give(1)...)
	if given() != 14 {
		t.Errorf("after a while, %d are given, want 14", given())
	}
	want := []string{
		"INC-2026-0001", "INC-2026-0002", "INC-2026-0003", "INC-2026-0004", "INC-2026-0005", "INC-2026-0006",
		"INC-2026-0007", "INC-2026-0008", "INC-2026-0009", "INC-2026-0010", "INC-2026-0014",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnImportAndANewIncidentOfOneNumberAreBothKept(t *testing.T) {
	s := fresh(t)
	ctx := t.Context()
	put := func(tx engine.Tx, title string, ids ...string) error {
		var list []engine.Incident
		for _, id := range ids {
			list = append(list, engine.Incident{ID: id, Title: title, Status: engine.Open, StartedAt: time.Now()})
		}
		return tx.PutIncidents(ctx, list)
	}
	var imported string
	var live []string
	if err := s.Update(ctx, func(tx engine.Tx) (err error) {
		if live, err = tx.NumberIncidents(ctx, 2026, 2); err != nil {
			return err
		}
		if imported == "" {
			imported = live[1]
			if err := s.Update(ctx, func(tx engine.Tx) error { return put(tx, "imported", imported) }); err != nil {
				return err
			}
		}
		if err := put(tx, "new", live...); err != nil {
			return err
		}
		return put(tx, "changed at once", live[0])
	}); err != nil {
		t.Fatal(err)
	}
	titles := func(ids ...string) (list []string) {
		t.Helper()
		for _, id := range ids {
			var i engine.Incident
			if err := s.View(ctx, func(r engine.Reader) (err error) {
				i, err = r.Incident(context.WithoutCancel(ctx), id)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			list = append(list, i.Title)
		}
		return list
	}
	if got, want := titles(imported, live[0], live[1]), []string{"imported", "changed at once", "new"}; !slices.Equal(got, want) {
		t.Errorf("%v are %q, want %q", append([]string{imported}, live...), got, want)
	}
}
