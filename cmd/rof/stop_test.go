package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine/enginetest/faultproxy"
)

// stopWithin is how long a process may take to end on SIGTERM, whatever it does.
const stopWithin = 10 * time.Second

func TestSIGTERMUnderLoadEndsInTimeAndLosesNothing(t *testing.T) {
	onEachStore(t, stopsUnderLoad)
}

func stopsUnderLoad(t *testing.T, db string) {
	// Once it is stuck, Slack answers nothing: what is under way there does not end.
	var stuck atomic.Bool
	waits, unstick := make(chan struct{}, 100), make(chan struct{})
	s := slack(t, slackfake.Config{Pace: slackfake.Pace{Off: true}, BeforeCall: func(c slackfake.Call) {
		if stuck.Load() && strings.HasPrefix(c.Method, "chat.") {
			waits <- struct{}{}
			<-unstick
		}
	}})
	release := sync.OnceFunc(func() { close(unstick) })
	t.Cleanup(release)
	env := slackEnv(s, db)
	p := serving(t, env...)
	connected(t, s)
	l := loading(t, p, 8)
	wait(t, 20*time.Second, "alerts to be taken in", func() bool { n, _, _ := l.counts(); return n >= 100 })
	stuck.Store(true)
	select {
	case <-waits:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was sent to Slack")
	}

	half := halfSent(t, p, "in-flight")
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait(t, 5*time.Second, "the door to be closed", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	if status := half.rest(t); status != http.StatusAccepted {
		t.Errorf("a delivery that was under way was answered %d", status)
	}
	select {
	case <-p.done:
	case <-time.After(stopWithin - time.Since(began)):
		t.Fatalf("rof did not end within %s of SIGTERM", stopWithin)
	}
	took := time.Since(began)
	if code := p.cmd.ProcessState.ExitCode(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d", code)
	}
	stuck.Store(false)
	release()

	next := serving(t, env...)
	l.to(next)
	kept, _, _ := l.counts()
	wait(t, 20*time.Second, "alerts to be taken in again", func() bool { n, _, _ := l.counts(); return n > kept })
	l.stop()
	l.allThere(next)
	if n := fingerprints(next)["in-flight"]; n != 1 {
		t.Errorf("the delivery that was under way is there %d times", n)
	}
	next.decided()
	for key, n := range postKeys(s.Snapshot(), []string{channel}) {
		if n != 1 {
			t.Errorf("%d messages for the post %s", n, key)
		}
	}
	t.Logf("ended %s after SIGTERM", took.Round(time.Millisecond))
}

// partly is a delivery of which only a part has arrived, and that the server has
// begun to read: it said so.
type partly struct {
	conn net.Conn
	from *bufio.Reader
	rem  string
}

func halfSent(t *testing.T, p *process, fp string) *partly {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	body := fmt.Sprintf(`{"title":"under way","fingerprint":%q}`, fp)
	half := len(body) / 2
	if _, err := fmt.Fprintf(conn, "POST /webhooks/generic HTTP/1.1\r\nHost: rof\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body[:half]); err != nil {
		t.Fatal(err)
	}
	from := bufio.NewReader(conn)
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
		if line, err := from.ReadString('\n'); err != nil || line != want {
			t.Fatalf("the server says %q: %v", line, err)
		}
	}
	return &partly{conn, from, body[half:]}
}

// rest sends what is missing and returns the status of the answer, 0 for none.
func (h *partly) rest(t *testing.T) int {
	t.Helper()
	if _, err := io.WriteString(h.conn, h.rem); err != nil {
		t.Error(err)
		return 0
	}
	resp, err := http.ReadResponse(h.from, nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestSIGTERMEndsInTimeWhileTheDatabaseIsSilent(t *testing.T) {
	t.Parallel()
	database, way := awayDB(t)
	p := serving(t, database)
	if got := p.send("before", patient); got.status != http.StatusAccepted {
		t.Fatalf("answered %d", got.status)
	}
	way.Set(faultproxy.Way{Blackhole: true})
	p.send("during", 2*time.Second)
	began := time.Now()
	p.stop()
	if took := time.Since(began); took > stopWithin {
		t.Errorf("it ended after %s", took)
	}
	way.Set(faultproxy.Way{})
}
