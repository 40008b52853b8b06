package page_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/page"
	"ragoffire/store"
)

func call() engine.Call {
	return engine.Call{
		Key: "INC-2026-0042:1:step-1", IncidentID: "INC-2026-0042", Title: "Zahlungen\r\nBcc: eve@evil.example hängen", Severity: engine.SeverityCritical,
		Service: "payments", Environment: "prod", Symptom: "p99 1.9 s", Why: "nobody has it after 10 min", StartedAt: time.Date(2026, 11, 23, 3, 1, 10, 0, time.UTC),
	}
}

// taken is one request as it arrived.
type taken struct {
	*http.Request
	body string
}

// listening is a server that answers with a status and keeps what it got.
func listening(t *testing.T, status int) (string, <-chan taken) {
	t.Helper()
	got := make(chan taken, 8)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- taken{r, string(b)}
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, got
}

func TestAWebhookGetsTheCallAsJSON(t *testing.T) {
	url, got := listening(t, http.StatusAccepted)
	w, err := page.NewWebhook(url+"/hook?key=s3cret", "t0ken", "https://rof.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Call(t.Context(), call()); err != nil {
		t.Fatal(err)
	}
	r := <-got
	var body struct {
		engine.Call
		Text, URL string
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatal(err)
	}
	if body.Call != call() || body.URL != "https://rof.example.com/i/INC-2026-0042" || !strings.HasPrefix(body.Text, "critical: payments prod: Zahlungen Bcc") {
		t.Errorf("%s", r.body)
	}
	if r.Method != http.MethodPost || r.Header.Get("Idempotency-Key") != call().Key || r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", r.Method, r.Header)
	}
	if strings.Contains(w.String(), "s3cret") {
		t.Errorf("its name shows the secret: %s", w)
	}
}

func TestNtfyGetsTheCallAtItsHighestPriority(t *testing.T) {
	url, got := listening(t, http.StatusOK)
	n, err := page.NewNtfy(url+"/oncall", "", "https://rof.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Call(t.Context(), call()); err != nil {
		t.Fatal(err)
	}
	r := <-got
	title, err := new(mime.WordDecoder).DecodeHeader(r.Header.Get("Title"))
	if err != nil || title != "critical: payments prod: Zahlungen Bcc: eve@evil.example hängen" {
		t.Errorf("title %q, %v", title, err)
	}
	if r.URL.Path != "/oncall" || r.Header.Get("Priority") != "5" || r.Header.Get("Click") != "https://rof.example.com/i/INC-2026-0042" || !strings.HasPrefix(r.body, "nobody has it after 10 min.\nINC-2026-0042 since 2026-11-23 03:01:10 UTC\n") {
		t.Errorf("%s %v %q", r.URL, r.Header, r.body)
	}
}

func TestAnAnswerOtherThan2xxIsAFailureWithoutTheAddress(t *testing.T) {
	for _, status := range []int{http.StatusFound, http.StatusForbidden, http.StatusInternalServerError} {
		url, _ := listening(t, status)
		w, err := page.NewWebhook(url+"/s3cret", "", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Call(t.Context(), call()); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d: %v", status, err)
		}
	}
	w, err := page.NewWebhook("http://127.0.0.1:1/s3cret", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Call(t.Context(), call()); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("out of reach: %v", err)
	}
}

// smtpServer takes one mail after the other, as the protocol says, and refuses
// those to nobody@.
func smtpServer(t *testing.T) (addr string, mails <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			speak(c, nil, got)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String(), got
}

// speak is one conversation; secure offers STARTTLS where it is not nil.
func speak(c net.Conn, secure *tls.Config, got chan<- string) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 mail.test ESMTP")
	var envelope []string
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			say("250-mail.test")
			if secure != nil {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, secure)
			in, secure = bufio.NewReader(c), nil
		case "AUTH":
			envelope = append(envelope, line)
			say("235 ok")
		case "MAIL", "RCPT":
			if strings.Contains(line, "nobody@") {
				say("550 no such user")
				continue
			}
			envelope = append(envelope, line)
			say("250 ok")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			got <- strings.Join(envelope, "\n") + "\n\n" + b.String()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

func TestAMailIsOneForEachCall(t *testing.T) {
	addr, mails := smtpServer(t)
	m, err := page.NewMail(page.MailConfig{
		SMTP: addr, From: "rof <rof@example.com>", To: []string{"ann@example.com", "Bob <bob@example.com>"}, Username: "rof", Password: "s3cret",
		Public: "https://rof.example.com", Now: func() time.Time { return time.Date(2026, 11, 23, 3, 11, 10, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 2 { // the same call twice: an answer that was lost
		if err := m.Call(t.Context(), call()); err != nil {
			t.Fatal(err)
		}
		envelope, raw, _ := strings.Cut(<-mails, "\n\n")
		for _, want := range []string{"MAIL FROM:<rof@example.com>", "RCPT TO:<ann@example.com>", "RCPT TO:<bob@example.com>", "AUTH PLAIN"} {
			if !strings.Contains(envelope, want) {
				t.Errorf("no %s in %q", want, envelope)
			}
		}
		msg, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if msg.Header.Get("Bcc") != "" {
			t.Error("a title adds a header")
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil || subject != "critical: payments prod: Zahlungen Bcc: eve@evil.example hängen" {
			t.Errorf("subject %q, %v", subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
		if err != nil || !strings.Contains(string(body), "nobody has it after 10 min.") || !strings.Contains(string(body), "https://rof.example.com/i/INC-2026-0042") {
			t.Errorf("body %q, %v", body, err)
		}
		if when, err := msg.Header.Date(); err != nil || !when.Equal(time.Date(2026, 11, 23, 3, 11, 10, 0, time.UTC)) {
			t.Errorf("date %s, %v", when, err)
		}
		ids = append(ids, msg.Header.Get("Message-ID"))
	}
	if ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("message ids %q", ids)
	}
	if strings.Contains(m.String(), "s3cret") {
		t.Errorf("its name shows the password: %s", m)
	}
	refused, err := page.NewMail(page.MailConfig{SMTP: addr, From: "rof@example.com", To: []string{"nobody@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := refused.Call(t.Context(), call()); err == nil {
		t.Error("a refused mail counts as sent")
	}
}

// flaky is a store that can be away.
type flaky struct {
	store.Store
	away bool
}

func (f *flaky) Ready(context.Context) error {
	if f.away {
		return errors.New("no space left")
	}
	return nil
}

func TestTheDeadMansSwitchIsPingedOnlyWhileTheStoreTakesWrites(t *testing.T) {
	url, got := listening(t, http.StatusOK)
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{Store: st}
	d, err := page.NewDeadman(url+"/ping", time.Minute, f, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := d.Workers()[0]
	if w.Every != time.Minute || w.Kind != page.JobDeadman {
		t.Errorf("%+v", w)
	}
	if err := w.Do(t.Context(), "all"); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.Method != http.MethodGet || r.URL.Path != "/ping" {
		t.Errorf("%s %s", r.Method, r.URL)
	}
	f.away = true
	if err := w.Do(t.Context(), "all"); err == nil {
		t.Error("a store that is not ready is well")
	}
	f.away = false
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Do(t.Context(), "all"); err == nil {
		t.Error("a store that takes no write is well")
	}
	if len(got) != 0 {
		t.Error("it was pinged all the same")
	}
}
