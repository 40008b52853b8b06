package webhook

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// HMACConfig is how a sender signs its bodies, with HMAC-SHA256. What is empty
// is as the source's kind does it.
type HMACConfig struct {
	Secrets []string // any of them is good, so that one can be replaced without a gap
	Header  string   // where the signature is; several may stand there, with commas between
	Prefix  string   // before each signature, such as sha256=
	// Encoding of the signature: hex where empty, or base64.
	Encoding string
	// TimestampHeader says when it was signed, in seconds since 1970; Tolerance
	// is how far that may be off, 5 min where 0.
	TimestampHeader string
	Tolerance       time.Duration
	// Signed is what is signed: body, or timestamp:body, which is what a
	// timestamp header alone means.
	Signed string
}

// What may be signed.
const (
	SignedBody      = "body"
	SignedTimestamp = "timestamp:body"
)

// maxSignatures bounds the signatures of a header; a sender that rotates its
// secret sends two.
const maxSignatures = 8

// signing is how the senders sign that have a way of their own.
func signing(kind string) HMACConfig {
	switch kind {
	case "checkly":
		return HMACConfig{Header: "X-Checkly-Signature"}
	case "github":
		return HMACConfig{Header: "X-Hub-Signature-256", Prefix: "sha256="}
	case "grafana":
		return HMACConfig{Header: "X-Grafana-Alerting-Signature"}
	case "pagerduty":
		return HMACConfig{Header: "X-PagerDuty-Signature", Prefix: "v1="}
	case "sentry":
		return HMACConfig{Header: "Sentry-Hook-Signature"}
	}
	return HMACConfig{}
}

// hmacVerifier asks for a body's signature by one of a source's secrets.
type hmacVerifier struct {
	name string
	HMACConfig
	decode func(string) ([]byte, error)
	now    func() time.Time
}

func newHMAC(name, kind string, c HMACConfig, now func() time.Time) (verifier, error) {
	own := signing(kind)
	if c.Header == "" { // another header is another way of signing
		c.Header, c.Prefix = own.Header, cmp.Or(c.Prefix, own.Prefix)
	} else if strings.EqualFold(c.Header, own.Header) {
		c.Prefix = cmp.Or(c.Prefix, own.Prefix)
	}
	c.Tolerance = cmp.Or(c.Tolerance, 5*time.Minute)
	if c.Signed == "" {
		c.Signed = SignedBody
		if c.TimestampHeader != "" {
			c.Signed = SignedTimestamp
		}
	}
	v := &hmacVerifier{name: name, HMACConfig: c, now: now, decode: hex.DecodeString}
	switch {
	case len(c.Secrets) == 0 || slices.Contains(c.Secrets, ""):
		return nil, errors.New("hmac.secret is missing or empty; set the one that the sender signs with")
	case c.Header == "":
		return nil, errors.New("hmac.header is missing; name the header that has the signature, such as X-Signature")
	case c.Signed != SignedBody && c.Signed != SignedTimestamp:
		return nil, fmt.Errorf("hmac.signed must be body or timestamp:body, not %q", c.Signed)
	case c.Signed == SignedTimestamp && c.TimestampHeader == "":
		return nil, errors.New("hmac.signed is timestamp:body; set hmac.timestamp_header, too")
	case c.Tolerance < 0:
		return nil, errors.New("hmac.tolerance must not be negative")
	}
	switch c.Encoding {
	case "", "hex":
	case "base64":
		v.decode = base64.StdEncoding.DecodeString
	default:
		return nil, fmt.Errorf("hmac.encoding must be hex or base64, not %q", c.Encoding)
	}
	return v, nil
}

func (v *hmacVerifier) verify(r *http.Request, body func() ([]byte, error)) error {
	shown, err := v.signatures(r.Header.Values(v.Header))
	if err != nil {
		return err
	}
	stamp := r.Header.Get(v.TimestampHeader)
	if v.TimestampHeader != "" {
		if err := v.fresh(stamp); err != nil {
			return err
		}
	}
	b, err := body()
	if err != nil {
		return err
	}
	// All are compared, so that the time it takes tells nothing.
	ok := false
	for _, secret := range v.Secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		if v.Signed == SignedTimestamp {
			mac.Write([]byte(stamp + ":"))
		}
		mac.Write(b)
		want := mac.Sum(nil)
		for _, have := range shown {
			ok = hmac.Equal(have, want) || ok
		}
	}
	if !ok {
		return unproven("wrong signature", "set the same secret in the sender and in sources."+v.name+".hmac.secret")
	}
	return nil
}

// signatures decodes those that a header has.
func (v *hmacVerifier) signatures(values []string) ([][]byte, error) {
	var out [][]byte
	spoilt := false
	for _, s := range strings.Split(strings.Join(values, ","), ",") {
		s, ok := strings.CutPrefix(strings.TrimSpace(s), v.Prefix)
		if !ok || s == "" || len(out) == maxSignatures {
			continue
		}
		sum, err := v.decode(s)
		if err != nil {
			spoilt = true
			continue
		}
		out = append(out, sum)
	}
	switch {
	case len(out) > 0:
		return out, nil
	case spoilt:
		return nil, unproven("the signature is not "+cmp.Or(v.Encoding, "hex"), "set sources."+v.name+".hmac.encoding to what the sender uses, hex or base64, and prefix to what stands before it, such as sha256=")
	case v.Prefix != "" && strings.Join(values, "") != "":
		return nil, unproven("no signature that begins with "+v.Prefix, "let the sender put that before it, or set sources."+v.name+".hmac.prefix to what stands there")
	}
	return nil, unproven("no signature", "let the sender sign with the secret of sources."+v.name+".hmac, in the header "+v.Header)
}

// fresh refuses what was signed too long ago, or by a clock that is ahead.
func (v *hmacVerifier) fresh(stamp string) error {
	n, err := strconv.ParseInt(strings.TrimSpace(stamp), 10, 64)
	if err != nil || n < 0 {
		return unproven("no time of signing", "let the sender say when it signed, in the header "+v.TimestampHeader)
	}
	at := time.Unix(n, 0)
	if n > 1e11 {
		at = time.UnixMilli(n)
	}
	if off := v.now().Sub(at); off > v.Tolerance || off < -v.Tolerance {
		return unproven("signed more than "+v.Tolerance.String()+" before or after now",
			"set the clocks of both machines, or a longer sources."+v.name+".hmac.tolerance")
	}
	return nil
}
