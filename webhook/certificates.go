package webhook

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"ragoffire/engine"
)

// What fetching may cost. A stranger who knows a topic's name can make us fetch
// from Amazon, but not more than this.
const (
	fetchTimeout    = 3 * time.Second
	maxCertificate  = 64 << 10
	keptCertificate = 24 * time.Hour
	maxCertificates = 16
	fetchesAMinute  = 10
)

// certificates fetches what SNS signs with, and keeps it. Callers have made sure
// that an address is SNS's own.
type certificates struct {
	http *http.Client
	now  func() time.Time
	turn chan struct{} // one fetches at a time, and the others find it kept

	mu      sync.Mutex
	kept    map[string]certificate
	fetched []time.Time // within the last minute
}

type certificate struct {
	key   *rsa.PublicKey
	until time.Time
}

func newCertificates(client *http.Client, now func() time.Time) *certificates {
	return &certificates{http: client, now: now, turn: make(chan struct{}, 1), kept: make(map[string]certificate)}
}

// key is the public key of the certificate at an address. Where that is out of
// reach, the error is one of kind Unavailable: SNS delivers again.
func (c *certificates) key(ctx context.Context, u *url.URL) (*rsa.PublicKey, error) {
	if key := c.known(u.String()); key != nil {
		return key, nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, away("the certificate of SNS is out of reach", ctx.Err())
	}
	if key := c.known(u.String()); key != nil {
		return key, nil
	}
	if !c.mayFetch() {
		return nil, away("the certificate of SNS is out of reach", errors.New("fetched too often within a minute"))
	}
	body, err := fetch(ctx, c.http, u)
	if err != nil {
		return nil, away("the certificate of SNS is out of reach", err)
	}
	cert, err := readCertificate(body)
	if err != nil {
		return nil, away("the certificate of SNS cannot be read", err)
	}
	now := c.now()
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return nil, unproven("a certificate that is not valid today", "set this machine's clock")
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, unproven("a certificate of another kind than RSA", "report this: SNS signs with RSA")
	}
	c.keep(u.String(), certificate{key: key, until: earlier(now.Add(keptCertificate), cert.NotAfter)})
	return key, nil
}

func (c *certificates) known(address string) *rsa.PublicKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.kept[address]; ok && c.now().Before(k.until) {
		return k.key
	}
	return nil
}

func (c *certificates) keep(address string, k certificate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxCertificates {
		clear(c.kept)
	}
	c.kept[address] = k
}

func (c *certificates) mayFetch() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for len(c.fetched) > 0 && now.Sub(c.fetched[0]) > time.Minute {
		c.fetched = c.fetched[1:]
	}
	if len(c.fetched) >= fetchesAMinute {
		return false
	}
	c.fetched = append(c.fetched, now)
	return true
}

// fetch gets a small document. It follows no redirect: where it would lead is
// not what was checked.
func fetch(ctx context.Context, client *http.Client, u *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := still.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", u.Host, res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxCertificate+1))
	if err == nil && len(body) > maxCertificate {
		err = fmt.Errorf("%s answers with more than %d bytes", u.Host, maxCertificate)
	}
	return body, err
}

func readCertificate(body []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(body)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func away(text string, err error) error {
	return &engine.Error{Kind: engine.Unavailable, Text: text + "; send it again", Err: err}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
