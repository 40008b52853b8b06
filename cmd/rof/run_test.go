package main

import (
	"bytes"
	"context"
	"io"
	"testing"
	"testing/synctest"
)

func TestASignalEndsACommandThatWaitsForItsInput(t *testing.T) {
	for _, args := range [][]string{{"import", "-"}, {"route", "explain", "-"}, {"source", "test", "generic", "-"}} {
		t.Run(args[0], func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			in, typing := io.Pipe()
			waits := make(chan struct{})
			var out, errs bytes.Buffer
			done := make(chan int)
			go func() {
				getenv := env(sqliteDB(t), "HOME="+t.TempDir(), "ROF_SEED=false")
				done <- run(ctx, args, getenv, readerFunc(func(p []byte) (int, error) { close(waits); return in.Read(p) }), &out, &errs)
			}()
			<-waits
			cancel()
			if code := <-done; code != exitFailed || errs.String() != "rof "+args[0]+": stopped before it was done\n" {
				t.Errorf("status %d, stdout %q, stderr %q", code, out.String(), errs.String())
			}
			_ = typing.Close()
		})
	}
}

func TestInputIsReadWholeUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := bytes.Repeat([]byte("0123456789"), 10_000)
		got, err := io.ReadAll(whileItLasts(t.Context(), bytes.NewReader(want)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

func TestAnAddressThatIsWrongIsNoMistakeInTheCommand(t *testing.T) {
	for address, want := range map[string]string{
		"sqlite:": "rof migrate: sqlite: needs the path of a file, such as sqlite:rof.db\n",
		"postgres://rof:hunter2@127.0.0.1:1/rof?sslmode=bogus": "rof migrate: the address of the PostgreSQL database cannot be used: failed to configure TLS (sslmode is invalid)\n",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"migrate"}, env("DATABASE_URL="+address), &bytes.Buffer{}, &out, &errs)
		if code != exitFailed || errs.String() != want {
			t.Errorf("%s: status %d, %q", address, code, errs.String())
		}
	}
}
