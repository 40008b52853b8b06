package faultproxy_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ragoffire/engine/enginetest/faultproxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo says each line again.
func echo(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// line is a client that says a line and hears what comes of it.
type line struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, p *faultproxy.Proxy) *line {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &line{c, bufio.NewReader(c)}
}

func (l *line) say(text string, within time.Duration) (string, error) {
	if _, err := l.Write([]byte(text + "\n")); err != nil {
		return "", err
	}
	_ = l.SetReadDeadline(time.Now().Add(within))
	got, err := l.in.ReadString('\n')
	return got, err
}

func TestTheWayIsAsItIsSet(t *testing.T) {
	p, err := faultproxy.New(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c := dial(t, p)
	heard := func(l *line, text string) {
		t.Helper()
		if got, err := l.say(text, 10*time.Second); err != nil || got != text+"\n" {
			t.Errorf("%q comes back as %q, %v", text, got, err)
		}
	}
	heard(c, "hello")

	p.Set(faultproxy.Way{Latency: 50 * time.Millisecond})
	began := time.Now()
	heard(c, "late")
	if d := time.Since(began); d < 100*time.Millisecond {
		t.Errorf("both ways took %s", d)
	}

	p.Set(faultproxy.Way{Blackhole: true})
	if got, err := c.say("held", 100*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a black hole says %q, %v", got, err)
	}
	if got, err := dial(t, p).say("held, too", 100*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("to who is new it says %q, %v", got, err)
	}
	p.Set(faultproxy.Way{})
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if got, err := c.in.ReadString('\n'); err != nil || got != "held\n" {
		t.Errorf("after the black hole %q arrives, %v", got, err)
	}
	heard(c, "after")

	p.Set(faultproxy.Way{Refuse: true})
	if got, err := dial(t, p).say("hello", 10*time.Second); err == nil {
		t.Errorf("who is refused hears %q", got)
	}
	heard(c, "who is here stays")
	p.Set(faultproxy.Way{})

	p.Cut()
	if got, err := c.say("hello", 10*time.Second); err == nil {
		t.Errorf("who is cut hears %q", got)
	}
	c = dial(t, p)
	heard(c, "again")
	p.Reset()
	_, err = c.in.ReadByte()
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a reset is %v", err)
	}
	if _, ever := p.Connections(); ever != 3 {
		t.Errorf("%d connections there were", ever)
	}
}

func TestATargetThatIsAwayEndsTheConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	away := ln.Addr().String()
	ln.Close()
	p, err := faultproxy.New(away)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, err := dial(t, p).say("hello", 10*time.Second); err == nil {
		t.Errorf("nobody is there, and says %q", got)
	}
}
