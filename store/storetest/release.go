package storetest

import (
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ragoffire/engine"
)

// Release fills a store with everything that this version can keep, and writes
// it as SQL for the versions to come: what a command prints, and also what that
// leaves out. See Released.
func Release(t *testing.T, o Opened, version int, also string, command ...string) {
	GoesOn(t, o, 0)
	update(t, o, func(ctx context.Context, tx engine.Tx) error {
		for _, err := range []error{
			tx.PutIncidents(ctx, []engine.Incident{live("INC-2026-0001", time.Hour), fixed("INC-2025-0001", 900*time.Hour)}),
			tx.PutDecisions(ctx, []engine.Decision{{ID: "dec_undone", CreatedAt: t0(), Status: engine.Proposed}}),
			tx.AddReview(ctx, engine.Review{DecisionID: "dec_undone", Verdict: engine.Approve, Actor: "ann", At: t0()}),
			tx.UndoReview(ctx, "dec_undone", t0().Add(time.Minute)),
			tx.WantPosts(ctx, engine.Post{Key: "incident:INC-2026-0001", Channel: "C0", Kind: engine.PostIncident, Subject: "INC-2026-0001", CreatedAt: t0()}),
			tx.HoldPace(ctx, "chat.update", "", t0().Add(time.Hour)),
			tx.Enqueue(ctx, engine.Job{Kind: "job", Subject: "asked for by the old one"}),
		} {
			if err != nil {
				return err
			}
		}
		_, err := tx.NumberIncidents(ctx, 2026, 1)
		return err
	})
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v", command[0], err)
	}
	f, err := os.Create(filepath.Join("testdata", fmt.Sprintf("v%d.sql.gz", version)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := gzip.NewWriter(f)
	if _, err := w.Write(append(out, also...)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
