package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ragoffire/engine"
)

func TestWhoTakesNumbersKeepsNobodyWaiting(t *testing.T) {
	s := fresh(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var first, second []string
	err := s.once(ctx, func(x *tx) (err error) {
		if first, err = x.NumberIncidents(ctx, 2026, 2); err != nil {
			return err
		}
		return s.once(ctx, func(x *tx) (err error) {
			second, err = x.NumberIncidents(ctx, 2026, 1)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for pool, want := range map[*pgxpool.Pool]string{s.pool: "on", s.numbers.pool: "off"} {
		got, err := row(ctx, pool, func(r pgx.Rows, v *string) error { return r.Scan(v) }, `SHOW synchronous_commit`)
		if err != nil || got != want {
			t.Errorf("synchronous_commit is %s (%v), want %s", got, err, want)
		}
	}
	if got, want := fmt.Sprint(first, second), "[INC-2026-0001 INC-2026-0002] [INC-2026-0003]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWhatAlertsMeetIsFoundWithoutReadingAll has as many live incidents as a storm
// brings before the server has counted them: what it planned when there were none
// must do for these, too.
func TestWhatAlertsMeetIsFoundWithoutReadingAll(t *testing.T) {
	const n = 5000
	s := fresh(t)
	begun := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	var series []engine.SeriesKey
	var groups, scopes [][2]string
	var ids []string
	for k := range 16 {
		ids = append(ids, fmt.Sprintf("INC-%d", k*7))
		service := fmt.Sprintf("service-%d", k*100)
		series = append(series, engine.SeriesKey{Source: "alertmanager", Fingerprint: service})
		groups = append(groups, [2]string{"alertmanager", "group-" + service})
		scopes = append(scopes, [2]string{fmt.Sprintf("service-%d", k*100+1), "prod"})
	}
	find := func(x *tx) (found int) {
		got, err := x.Standing(t.Context(), engine.Way{Series: series, Groups: groups, Scopes: scopes, Now: begun})
		if err != nil {
			t.Fatal(err)
		}
		known, err := x.IncidentsByID(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		return len(got.Latest) + len(got.Open) + len(known)
	}
	err := s.once(t.Context(), func(x *tx) error {
		for range 20 { // from the sixth on a plan may stay
			find(x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.once(t.Context(), func(x *tx) error {
		incidents, alerts := make([]engine.Incident, n), make([]engine.Alert, n)
		for k := range n {
			id, service := fmt.Sprintf("INC-%d", k), fmt.Sprintf("service-%d", k)
			incidents[k] = engine.Incident{
				ID: id, Status: engine.Open, Source: "alertmanager", GroupKey: "group-" + service, Service: service, Environment: "prod", StartedAt: begun,
			}
			alerts[k] = engine.Alert{ID: "alr_" + id, IncidentID: id, Source: "alertmanager", Fingerprint: service, Status: engine.Firing, StartedAt: begun}
		}
		if err := x.PutIncidents(t.Context(), incidents); err != nil {
			return err
		}
		return x.PutAlerts(t.Context(), alerts)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.once(t.Context(), func(x *tx) error {
		if n := find(x); n != 16+32+16 {
			t.Errorf("%d series and incidents, want 64", n)
		}
		read, err := row(t.Context(), x.db, func(r pgx.Rows, v *int) error { return r.Scan(v) }, `
			SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE relname IN ('incidents', 'alerts')`)
		if read > 250 {
			t.Errorf("%d rows were read for 64", read)
		}
		if err != nil {
			return err
		}
		if n := blocks(t, x, openIncidents(groups, scopes)); n > 300 {
			t.Errorf("%d blocks were read for 32 incidents", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// blocks is how many blocks the connection's own plan of a statement reads.
func blocks(t *testing.T, x *tx, st statement) int {
	t.Helper()
	name, err := row(t.Context(), x.db, func(r pgx.Rows, v *string) error { return r.Scan(v) },
		`SELECT name FROM pg_prepared_statements WHERE statement = $1 AND generic_plans > 0`, st.sql)
	if err != nil {
		t.Fatal(err)
	}
	var lists []string
	for _, list := range st.args {
		var texts []string
		for _, s := range list.([]*string) {
			if s != nil {
				texts = append(texts, "'"+*s+"'")
			}
		}
		lists = append(lists, "ARRAY["+strings.Join(texts, ", ")+"]")
	}
	plan, err := row(t.Context(), x.db, func(r pgx.Rows, v *[]struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		}
	},
	) error {
		return r.Scan(v)
	}, `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE `+name+` (`+strings.Join(lists, ", ")+`)`)
	if err != nil {
		t.Fatal(err)
	}
	return plan[0].Plan.Hit + plan[0].Plan.Read
}
