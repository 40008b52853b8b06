package storetest

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

// childAddress names, in a child's environment, the store that it works on.
const childAddress = "STORETEST_CHILD"

// Setup is for TestMain of each backend. It lets more tests run at once than
// there are cores, as most of them wait. In a process that Killed started it
// does not return, but works on a store until it is killed.
func Setup() {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	address := os.Getenv(childAddress)
	if address == "" {
		return
	}
	ctx := context.Background()
	s, err := store.Open(ctx, address, store.Options{})
	if err == nil {
		err = s.Work(ctx, []engine.Worker{worker("job", func(ctx context.Context, subject string) error {
			if err := s.Update(ctx, func(tx engine.Tx) error {
				return tx.PutRunbooks(ctx, []engine.Runbook{{ID: "started"}})
			}); err != nil {
				return err
			}
			fmt.Println("running", subject)
			<-ctx.Done()
			return ctx.Err()
		})})
	}
	fmt.Println("ended", err)
	os.Exit(1)
}

// Killed tests what becomes of a process's run when the process is killed. It
// must be taken up again within the time given.
func Killed(t *testing.T, address string, within time.Duration) {
	s, err := store.Open(t.Context(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	enqueue(t, s, engine.Job{Kind: "job", Subject: "a"})

	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childAddress+"="+address)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "running a" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	// Asked for while it runs there, it runs once here: the end of that run
	// never came.
	enqueue(t, s, engine.Job{Kind: "job", Subject: "a"})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	began := time.Now()
	var r runs
	stop := work(t, s, worker("job", func(context.Context, string) error { r.add(); return nil }))
	defer stop()
	eventually(t, "it is taken up again", func() bool { return r.count() == 1 })
	if d := time.Since(began); d > within {
		t.Errorf("taken up after %s", d)
	}
	t.Logf("taken up after %s", time.Since(began).Round(time.Millisecond))
	stays(t, "once", func() bool { return r.count() == 1 })
	view(t, s, func(ctx context.Context, rd engine.Reader) (engine.Runbook, error) { return rd.Runbook(ctx, "started") })
}
