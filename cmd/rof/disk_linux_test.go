package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// smallDisk is a disk of so many megabytes.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	mount, unmount := []string{"mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=777", size), "tmpfs", dir}, []string{"umount", dir}
	if os.Getuid() != 0 {
		mount, unmount = append([]string{"sudo", "-n"}, mount...), append([]string{"sudo", "-n"}, unmount...)
	}
	if out, err := exec.Command(mount[0], mount[1:]...).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no small disk: %v: %s", err, out)
		}
		t.Skipf("no small disk: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command(unmount[0], unmount[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return dir
}

// fill writes until nothing fits any more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

func TestABackupToAFullDiskNamesThatDisk(t *testing.T) {
	dir := smallDisk(t, 6)
	fill(t, filepath.Join(dir, "filler"))
	rof := rofOn(t, sqliteDB(t), "ROF_SEED=true")
	if r := rof("", "search", "pool"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	to := filepath.Join(dir, "copy.db")
	if r := rof("", "backup", to); r.code != exitFailed || !strings.HasPrefix(r.err, "rof backup: "+to+": its disk is full") {
		t.Errorf("%+v", r)
	}
	filler := filepath.Join(dir, "filler")
	if err := os.Truncate(filler, 3<<20); err != nil { // some of it fits
		t.Fatal(err)
	}
	var rows strings.Builder
	for n := range 4000 {
		fmt.Fprintf(&rows, `{"kind": "runbook", "id": "RB-%d", "title": "long", "text": %q}`+"\n", n, strings.Repeat("words ", 300))
	}
	if r := rof(rows.String(), "import", "-"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	if r := rof("", "backup", to); r.code != exitFailed || !strings.Contains(r.err, "its disk is full") {
		t.Errorf("%+v", r)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("it left %v, %v", left, err)
	}
	fill(t, filler)
	elsewhere := rofOn(t, "DATABASE_URL=sqlite:"+filepath.Join(dir, "rof.db"))
	if r := elsewhere("", "export"); r.code != exitFailed || !strings.Contains(r.err, "is its disk full?") {
		t.Errorf("a store there: %+v", r)
	}
}

func TestWithAFullDiskAlertsAreTurnedAwayAndNoneIsLost(t *testing.T) {
	// The filler has more than the store's log takes at most: where that is removed,
	// there is room, however much was written before.
	dir := smallDisk(t, 96)
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 64<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	db := "DATABASE_URL=sqlite:" + filepath.Join(dir, "rof.db")
	p := serving(t, db, "ROF_SEED=true")
	l := loading(t, p, 4)
	wait(t, 20*time.Second, "alerts to be taken in", func() bool { n, _, _ := l.counts(); return n >= 20 })
	fill(t, filler)
	wait(t, 30*time.Second, "deliveries to be turned away", func() bool { _, turned, _ := l.counts(); return turned >= 50 })
	p.unready("store")
	if _, checks := p.readiness(); !strings.Contains(checks["store"].Detail, "full") {
		t.Errorf("/readyz says of the store: %q", checks["store"].Detail)
	}
	p.alive()
	outage()
	if n := strings.Count(p.log.String(), "make room on its disk"); n != 1 {
		t.Errorf("the log says %d times that the disk is full", n)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	t.Logf("healthy %s after there was room", p.healthyAfter(l))
	wait(t, 5*time.Second, "the log to say so", func() bool { return strings.Contains(p.log.String(), "can be written again") })
	l.stop()
	l.allThere(p)
	p.decided()

	// A copy reads every page; and the file itself serves again.
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"backup", filepath.Join(t.TempDir(), "copy.db")}, env(db), nil, &out, &errs); code != exitDone {
		t.Errorf("backup: %s", errs.String())
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d:\n%s", code, p.log)
	}
	again := serving(t, db)
	l.allThere(again)
	again.stop()
}

func TestALogThatFillsTheDiskIsMovedAndBegunAnew(t *testing.T) {
	path := filepath.Join(smallDisk(t, 6), "rof.db")
	st, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	put := func(n, rows int) error {
		books := make([]engine.Runbook, rows)
		for i := range books {
			books[i] = engine.Runbook{ID: fmt.Sprint(rows, "-", i), Text: strings.Repeat(strconv.Itoa(n%10), 100_000/rows)}
		}
		return st.Update(t.Context(), func(tx engine.Tx) error { return tx.PutRunbooks(t.Context(), books) })
	}
	// What is written later has its place in the file by then.
	if err := errors.Join(put(0, 1), put(0, 2500)); err != nil {
		t.Fatal(err)
	}
	wait(t, 10*time.Second, "the log to be moved", func() bool { info, err := os.Stat(path); return err == nil && info.Size() > 200_000 })
	for n := range 200 {
		for tries := 0; ; tries++ {
			err := put(n, 1)
			if err == nil {
				break
			}
			if engine.KindOf(err) != engine.Unavailable || tries == 50 {
				t.Fatalf("write %d: %v", n, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
