package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"

	"ragoffire/engine"
)

// MailConfig says how e-mail is sent. SMTP, From and To are required.
type MailConfig struct {
	SMTP               string // host:port; smtps://host:port and port 465 are TLS from the first byte
	From               string
	To                 []string
	Username, Password string
	Public             string           // where the dashboard is reached
	Roots              *x509.CertPool   // whom the server's certificate must be from; the system's where nil
	Now                func() time.Time // time.Now
}

// Mail sends a call as e-mail. Its Message-ID is made of the call's key, so a mail
// that comes twice is one to most mailboxes.
type Mail struct {
	cfg  MailConfig
	host string
	wrap bool // TLS from the first byte
	from string
	to   []string
}

// NewMail checks the configuration. It makes no connection.
func NewMail(cfg MailConfig) (*Mail, error) {
	addr, wrap := strings.CutPrefix(cfg.SMTP, "smtps://")
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host == "" {
		return nil, errors.New("smtp must be HOST:PORT, such as mail.example.com:587, or smtps://HOST:PORT")
	}
	cfg.SMTP = addr
	m := &Mail{cfg: cfg, host: host, wrap: wrap || port == "465"}
	if m.cfg.Now == nil {
		m.cfg.Now = time.Now
	}
	from, err := mail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("from must be an address such as rof@example.com, not %q", cfg.From)
	}
	m.from = from.Address
	for _, to := range cfg.To {
		a, err := mail.ParseAddress(to)
		if err != nil {
			return nil, fmt.Errorf("to must be an address such as oncall@example.com, not %q", to)
		}
		m.to = append(m.to, a.Address)
	}
	if len(m.to) == 0 {
		return nil, errors.New("to names nobody")
	}
	return m, nil
}

func (m *Mail) String() string { return "e-mail to " + strings.Join(m.to, ", ") }

// Call sends a call.
func (m *Mail) Call(ctx context.Context, c engine.Call) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.cfg.SMTP)
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }()
	if end, ok := ctx.Deadline(); ok {
		if err := raw.SetDeadline(end); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	conn := raw
	if m.wrap {
		conn = tls.Client(raw, m.tls())
	}
	client, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return err
	}
	return m.deliver(client, m.message(&c))
}

func (m *Mail) tls() *tls.Config {
	return &tls.Config{ServerName: m.host, RootCAs: m.cfg.Roots, MinVersion: tls.VersionTLS12}
}

// deliver speaks SMTP. A password goes out over TLS or to this machine only:
// smtp.PlainAuth refuses anything else.
func (m *Mail) deliver(client *smtp.Client, message []byte) error {
	if ok, _ := client.Extension("STARTTLS"); ok {
		if err := client.StartTLS(m.tls()); err != nil {
			return err
		}
	}
	if m.cfg.Username != "" {
		if err := client.Auth(smtp.PlainAuth("", m.cfg.Username, m.cfg.Password, m.host)); err != nil {
			return err
		}
	}
	if err := client.Mail(m.from); err != nil {
		return err
	}
	for _, to := range m.to {
		if err := client.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = client.Quit() // the mail is taken; how the server parts says nothing of it
	return nil
}

// message is the whole mail. What comes from outside is encoded: it begins no
// header of its own.
func (m *Mail) message(c *engine.Call) []byte {
	var b bytes.Buffer
	id := sha256.Sum256([]byte(c.Key))
	for _, h := range [][2]string{
		{"From", m.from},
		{"To", strings.Join(m.to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", subject(c))},
		{"Date", m.cfg.Now().UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + hex.EncodeToString(id[:16]) + "@rof.invalid>"},
		{"X-Rof-Key", mime.QEncoding.Encode("utf-8", c.Key)},
		{"X-Priority", "1"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(w, text(c, m.cfg.Public)) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
