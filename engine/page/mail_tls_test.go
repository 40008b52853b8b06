package page_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"ragoffire/engine/page"
)

// certified is a server's side of TLS for a name or address, and who vouches for it.
func certified(t *testing.T, name string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(name); ip != nil {
		cert.IPAddresses = []net.IP{ip}
	} else {
		cert.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// secureServer takes one conversation after the other, in TLS from the first
// byte or after STARTTLS.
func secureServer(t *testing.T, wrapped bool, conf *tls.Config) (addr string, mails <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got, done := make(chan string, 8), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if wrapped {
				speak(tls.Server(c, conf), nil, got)
			} else {
				speak(c, conf, got)
			}
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String(), got
}

func TestAMailGoesOverTLS(t *testing.T) {
	for name, c := range map[string]struct {
		wrapped bool
		named   string // what the server's certificate says
		trusted bool
		refused string
	}{
		"after STARTTLS":                       {named: "127.0.0.1", trusted: true},
		"from the first byte":                  {wrapped: true, named: "127.0.0.1", trusted: true},
		"not to who nobody vouches for":        {named: "127.0.0.1", refused: "unknown authority"},
		"nor so from the first byte":           {wrapped: true, named: "127.0.0.1", refused: "unknown authority"},
		"not to another's name":                {named: "mail.example.com", trusted: true, refused: "cannot validate certificate for 127.0.0.1"},
		"nor to another's from the first byte": {wrapped: true, named: "mail.example.com", trusted: true, refused: "cannot validate certificate for 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			conf, roots := certified(t, c.named)
			addr, mails := secureServer(t, c.wrapped, conf)
			cfg := page.MailConfig{SMTP: addr, From: "rof@example.com", To: []string{"ann@example.com"}, Username: "rof", Password: "s3cret"}
			if c.wrapped {
				cfg.SMTP = "smtps://" + addr
			}
			if c.trusted {
				cfg.Roots = roots
			}
			m, err := page.NewMail(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = m.Call(t.Context(), call())
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("got %v, want %q", err, c.refused)
				}
				if len(mails) != 0 {
					t.Error("a mail went out")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := <-mails; !strings.Contains(got, "AUTH PLAIN") || !strings.Contains(got, "RCPT TO:<ann@example.com>") {
				t.Errorf("the server got %q", got)
			}
		})
	}
}

// A server without TLS, or one whose offer was taken out on the way, does not get
// the password.
func TestAPasswordDoesNotGoOutInTheClear(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil && runtime.GOOS != "linux" {
		t.Skip("this system has one loopback address:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, done := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(done)
		if c, err := l.Accept(); err == nil {
			speak(c, nil, got)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	m, err := page.NewMail(page.MailConfig{SMTP: l.Addr().String(), From: "rof@example.com", To: []string{"ann@example.com"}, Username: "rof", Password: "s3cret"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Call(t.Context(), call()); err == nil || !strings.Contains(err.Error(), "unencrypted connection") || len(got) != 0 {
		t.Errorf("%v, %d mails", err, len(got))
	}
}
