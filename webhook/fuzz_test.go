package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// posted is a delivery with a header and a query.
func posted(query string, header http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/webhooks/fuzz", nil)
	r.URL.RawQuery, r.Header = query, header
	return r
}

func signedBy(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

// doubted fails where a delivery was trusted, or turned away with an error that
// is no reason.
func doubted(t *testing.T, err error) {
	t.Helper()
	why, ok := errors.AsType[*distrust](err)
	switch {
	case err == nil:
		t.Error("trusted")
	case ok && (why.reason == "" || why.fix == "" || why.status == 0):
		t.Errorf("turned away with %+v", why)
	case !ok && engine.KindOf(err) != engine.Invalid && engine.KindOf(err) != engine.Unavailable:
		t.Errorf("err = %v, want one that says why", err)
	}
}

// FuzzSignature tries headers and bodies against each way of signing: only who
// has the secret is let in, and always.
func FuzzSignature(f *testing.F) {
	now := time.Unix(1_795_403_131, 0)
	clock := func() time.Time { return now }
	secrets := []string{"the old secret", "the new secret"}
	var ways []*hmacVerifier
	for kind, c := range map[string]HMACConfig{
		"github": {}, "pagerduty": {}, "sentry": {}, "checkly": {}, "grafana": {TimestampHeader: "X-Time"},
		"generic": {Header: "X-Signature", Encoding: "base64", TimestampHeader: "X-Time", Signed: SignedBody},
	} {
		c.Secrets = secrets
		v, err := newHMAC("fuzz", kind, c, clock)
		if err != nil {
			f.Fatal(err)
		}
		ways = append(ways, v.(*hmacVerifier))
	}
	f.Add("sha256=00ff", "1795403131", []byte(`{}`))
	f.Add("v1=00ff, v1=,v2=aa,,", "1795403131000", []byte(``))
	f.Add("AP8=", "-1", []byte("\x00"))
	f.Add(strings.Repeat("v1=00,", 20), " 9223372036854775807 ", []byte(`[]`))
	f.Fuzz(func(t *testing.T, signature, stamp string, body []byte) {
		read := func() ([]byte, error) { return body, nil }
		for _, v := range ways {
			h := http.Header{}
			h.Set(v.Header, signature)
			if v.TimestampHeader != "" {
				h.Set(v.TimestampHeader, stamp)
			}
			doubted(t, v.verify(posted("", h), read))

			stamp, signed := "1795403131", string(body)
			if v.Signed == SignedTimestamp {
				signed = stamp + ":" + signed
			}
			sum := signedBy(secrets[1], signed)
			text := hex.EncodeToString(sum)
			if v.Encoding == "base64" {
				text = base64.StdEncoding.EncodeToString(sum)
			}
			h.Set(v.Header, v.Prefix+text)
			if v.TimestampHeader != "" {
				h.Set(v.TimestampHeader, stamp)
			}
			if err := v.verify(posted("", h), read); err != nil {
				t.Errorf("%s: what was signed is refused: %v", v.Header, err)
			}
		}
	})
}

// FuzzToken tries all the places where a token may be shown.
func FuzzToken(f *testing.F) {
	const token = "a token that nobody guesses"
	v := tokenVerifier{name: "fuzz", tokens: []string{"another one", token}, header: "X-Gitlab-Token", key: "routing_key"}
	f.Add("Bearer x", "", "token=x", []byte(`{"routing_key":"x"}`))
	f.Add("Basic cm9mOng=", "y", "access_token=%zz&token", []byte(`{"routing_key":[1]}`))
	f.Add("bearer ", "\x00", ";&=", []byte(`null`))
	f.Fuzz(func(t *testing.T, authorization, own, query string, body []byte) {
		h := http.Header{"Authorization": {authorization}, "X-Gitlab-Token": {own}}
		err := v.verify(posted(query, h), func() ([]byte, error) { return body, nil })
		if all := authorization + own + query + string(body); strings.Contains(all, "nobody") || strings.Contains(all, "another") {
			return // the fuzzer reads this file
		}
		if !strings.HasPrefix(strings.ToLower(authorization), "basic ") {
			doubted(t, err)
		}
		h = http.Header{"Authorization": {"Bearer " + token}, "X-Gitlab-Token": {own}}
		if err := v.verify(posted(query, h), func() ([]byte, error) { return body, nil }); err != nil {
			t.Errorf("the token is refused: %v", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzSNS tries messages and certificates that are not Amazon's: none is
// trusted, and nothing but SNS itself is ever asked.
func FuzzSNS(f *testing.F) {
	const message = `{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-west-1:123456789012:alarms","Message":"{}",
		"Timestamp":"2026-11-23T03:05:31Z","SignatureVersion":"2","Signature":"AA==","SigningCertURL":"%s"}`
	for _, address := range []string{
		"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem", "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
		"http://169.254.169.254/latest", "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0.pem", "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0.pem",
	} {
		f.Add([]byte(strings.Replace(message, "%s", address, 1)), []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	}
	f.Add([]byte(`{"Type":"SubscriptionConfirmation","SubscribeURL":"http://evil.example/"}`), []byte(nil))
	now := time.Date(2026, 11, 23, 3, 5, 31, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body, certificate []byte) {
		asked := roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" || r.URL.Port() != "" || !strings.HasPrefix(r.URL.Host, "sns.") ||
				!strings.HasSuffix(strings.TrimSuffix(r.URL.Host, ".cn"), ".amazonaws.com") {
				t.Errorf("%s is asked", r.URL)
			}
			return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(bytes.NewReader(certificate)), Request: r}, nil
		})
		clock := func() time.Time { return now }
		v := &snsVerifier{
			name: "fuzz", topics: []string{"arn:aws:sns:eu-west-1:123456789012:alarms"}, now: clock,
			certificates: newCertificates(&http.Client{Transport: asked}, clock),
		}
		doubted(t, v.verify(posted("", http.Header{}), func() ([]byte, error) { return body, nil }))
	})
}

// FuzzSignIn tries cookies of a sign-in that is under way, and where to go then.
func FuzzSignIn(f *testing.F) {
	public := &url.URL{Scheme: "https", Host: "rof.example.com"}
	leads := func(t *testing.T, next, to string) {
		at, err := public.Parse(to)
		if err != nil || at.Host != public.Host || at.Scheme != public.Scheme || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t ") {
			t.Errorf("%q leads to %q", next, to)
		}
	}
	f.Add("eyJzIjoiYSIsIm4iOiJiIiwidiI6ImMiLCJ0byI6Ii9pL3gifQ", "a", "/i/INC-2026-0042?x=y#z")
	f.Add("e30", "", "//evil.example")
	f.Add("AAAA.AAAA", "A", "/\\evil.example")
	f.Add("", "", "/%2Fevil.example")
	f.Add(".", "", "/\tevil; x")
	f.Fuzz(func(t *testing.T, cookie, state, next string) {
		leads(t, next, inside(next))
		got, ok := readFlow(cookie, state)
		if ok && (state == "" || got.State != state) {
			t.Errorf("%q is the sign-in of %q", cookie, state)
		}
		if ok {
			leads(t, cookie, got.Next)
		}
	})
}

// FuzzRequest tries bodies of the API and what people look for.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"error_type":"x","labels":{"a":"b"},"spike_percentage":1e999}`), "sev:crit svc:checkout status:open p99")
	f.Add([]byte(strings.Repeat("[", 64)), "status: sev:x is:")
	f.Add([]byte("{\"a\":\"\x00\xff\"} x"), "\xff:")
	f.Fuzz(func(t *testing.T, body []byte, query string) {
		var v any
		if err := readJSON(body, &v); err == nil {
			if _, err := plain(v, 0); err != nil {
				t.Errorf("read, and then %v", err)
			}
		}
		var in struct {
			Text   string            `json:"text"`
			Labels map[string]string `json:"labels"`
			List   []string          `json:"list"`
		}
		if readJSON(body, &in) == nil {
			clean(reflect.ValueOf(&in))
			for k, s := range in.Labels {
				in.List = append(in.List, k, s)
			}
			for _, s := range append(in.List, in.Text) {
				if engine.Clean(s) != s {
					t.Errorf("unclean text %q", s)
				}
			}
		}
		facets(query, nil)
	})
}
