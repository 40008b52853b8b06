package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite"
)

// asFloor makes the test binary the least that takes alerts in: it decodes each,
// and where it is given a database, adds one durable row before it answers.
const asFloor = "ROF_TEST_AS_FLOOR"

// floorAlert is what a floor reads of an alert.
type floorAlert struct {
	Fingerprint string            `json:"fingerprint"`
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
}

// insert adds rows in one transaction.
type insert func(ctx context.Context, rows [][]any) error

// A floor's kind: it only decodes, or it adds a row in a transaction of its own, or
// together with what waits, in a database whose address follows.
const (
	floorDecode  = "decode"
	floorEach    = "each "
	floorGrouped = "grouped "
)

// floor serves until it is killed.
func floor(kind string) error {
	store := func(context.Context, [][]any) error { return nil }
	if kind != floorDecode {
		address, together := strings.CutPrefix(kind, floorGrouped)
		address = strings.TrimPrefix(address, floorEach)
		open := floorSQLite
		if !strings.HasPrefix(address, "sqlite:") {
			open = floorPostgres
		}
		add, err := open(address)
		if err != nil {
			return err
		}
		if store = add; together {
			store = grouped(add)
		}
	}
	http.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Alerts []floorAlert }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var rows [][]any
		for _, a := range body.Alerts {
			doc, err := json.Marshal(a)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			rows = append(rows, []any{a.Fingerprint, a.Labels["service"], a.Status, a.StartsAt.UnixMicro(), time.Now().UnixMicro(), string(doc)})
		}
		if err := store(r.Context(), rows); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, `{"msg":"serving","address":%q}`+"\n", l.Addr())
	return http.Serve(l, nil)
}

// grouped commits what waits together.
func grouped(add insert) insert {
	type wait struct {
		rows [][]any
		done chan error
	}
	queue := make(chan wait, 1024)
	go func() {
		for first := range queue {
			group := []wait{first}
			for more := true; more && len(group) < 256; {
				select {
				case next := <-queue:
					group = append(group, next)
				default:
					more = false
				}
			}
			var rows [][]any
			for _, w := range group {
				rows = append(rows, w.rows...)
			}
			err := add(context.Background(), rows)
			for _, w := range group {
				w.done <- err
			}
		}
	}()
	return func(_ context.Context, rows [][]any) error {
		w := wait{rows, make(chan error, 1)}
		queue <- w
		return <-w.done
	}
}

const floorTable = `CREATE TABLE floor (id %s, fingerprint TEXT NOT NULL, service TEXT NOT NULL, status TEXT NOT NULL,
	started_at BIGINT NOT NULL, received_at BIGINT NOT NULL, doc %s NOT NULL, UNIQUE (fingerprint, started_at))`

func floorSQLite(address string) (insert, error) {
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(fmt.Sprintf(floorTable, "INTEGER PRIMARY KEY", "TEXT") + `; CREATE INDEX floor_received ON floor (received_at)`); err != nil {
		return nil, err
	}
	st, err := db.Prepare(`INSERT INTO floor (fingerprint, service, status, started_at, received_at, doc) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, rows [][]any) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if _, err := tx.Stmt(st).Exec(r...); err != nil {
				_ = tx.Rollback()
				return err
			}
		}
		return tx.Commit()
	}, nil
}

func floorPostgres(address string) (insert, error) {
	ctx := context.Background()
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, fmt.Sprintf(floorTable, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "JSONB")+`; CREATE INDEX floor_received ON floor (received_at)`); err != nil {
		return nil, err
	}
	return func(ctx context.Context, rows [][]any) error {
		columns := make([][]string, 6)
		for _, r := range rows {
			for n, v := range r {
				columns[n] = append(columns[n], fmt.Sprint(v))
			}
		}
		_, err := pool.Exec(ctx, `INSERT INTO floor (fingerprint, service, status, started_at, received_at, doc)
			SELECT f, s, t, a::bigint, r::bigint, d::jsonb FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS u (f, s, t, a, r, d)
			ON CONFLICT DO NOTHING`, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5])
		return err
	}, nil
}

// startFloor starts a floor.
func startFloor(b *testing.B, kind string) *process {
	b.Helper()
	cmd := rofCommand()
	cmd.Env = []string{asFloor + "=" + kind, "HOME=" + b.TempDir()}
	return startProcess(b, cmd)
}
