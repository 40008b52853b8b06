package webhook_test

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/webhook"
	"ragoffire/webhook/source"
)

const (
	topic       = "arn:aws:sns:eu-central-1:222233334444:alarms"
	certificate = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-00ab.pem"
	confirmURL  = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=t0ken"
)

// amazon stands where SNS's addresses lead to, and remembers who asked.
type amazon struct {
	key   *rsa.PrivateKey
	pem   []byte
	mu    sync.Mutex
	asked []string
	away  bool
	reply func(*http.Request) *http.Response
}

func newAmazon(t testing.TB, now time.Time) *amazon {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	check(t, err)
	return &amazon{key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

func (a *amazon) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.URL.String())
	if a.away {
		return nil, errors.New("no route to host")
	}
	if a.reply != nil {
		return a.reply(r), nil
	}
	return answerOf(r, 200, string(a.pem)), nil
}

func answerOf(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// trusted is a sidecar with a topic there.
func (a *amazon) trusted(c *webhook.Config) {
	c.HTTP = &http.Client{Transport: a}
	c.Sources = map[string]webhook.SourceConfig{"cloudwatch": {Topics: []string{topic}}}
}

// set changes what stands at the addresses, and forgets who asked.
func (a *amazon) set(away bool, reply func(*http.Request) *http.Response) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away, a.reply, a.asked = away, reply, nil
}

func (a *amazon) questions() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// sign makes the body of a message.
func (a *amazon) sign(t testing.TB, e source.Envelope) string {
	t.Helper()
	var err error
	var sum []byte
	switch e.SignatureVersion = cmp.Or(e.SignatureVersion, "2"); e.SignatureVersion {
	case "1":
		h := sha1.Sum([]byte(e.Signed()))
		sum, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA1, h[:])
	default:
		h := sha256.Sum256([]byte(e.Signed()))
		sum, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, h[:])
	}
	check(t, err)
	m := map[string]string{
		"Type": e.Type, "MessageId": e.MessageID, "TopicArn": e.TopicArn, "Message": e.Message, "Timestamp": e.Timestamp,
		"SignatureVersion": e.SignatureVersion, "SigningCertURL": e.SigningCertURL,
		"Signature": cmp.Or(e.Signature, base64.StdEncoding.EncodeToString(sum)),
	}
	for k, v := range map[string]string{"Subject": e.Subject, "Token": e.Token, "SubscribeURL": e.SubscribeURL} {
		if v != "" {
			m[k] = v
		}
	}
	b, err := json.Marshal(m)
	check(t, err)
	return string(b)
}

func alarm(at time.Time) source.Envelope {
	return source.Envelope{
		Type: source.SNSNotification, MessageID: "m-1", TopicArn: topic, Subject: "ALARM", Timestamp: at.UTC().Format("2006-01-02T15:04:05.000Z"), SigningCertURL: certificate,
		Message: `{"AlarmName":"cart <5xx>","AWSAccountId":"222233334444","NewStateValue":"ALARM","NewStateReason":"x","StateChangeTime":"2026-04-04T05:06:07.089+0000"}`,
	}
}

func subscription(at time.Time) source.Envelope {
	e := alarm(at)
	e.Type, e.Subject, e.Token, e.SubscribeURL, e.Message = source.SNSSubscribe, "", "t0ken", confirmURL, "You have chosen to subscribe."
	return e
}

func TestMessagesOfSNS(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	aws := newAmazon(t, now)
	other := newAmazon(t, now)
	for _, c := range []struct {
		name   string
		change func(*source.Envelope)
		with   *amazon
		status int
		asked  int // how often an address was followed
	}{
		{"signed by SHA-256", func(*source.Envelope) {}, aws, 202, 1},
		{"signed by SHA-1", func(e *source.Envelope) { e.SignatureVersion = "1" }, aws, 202, 1},
		{"without a subject", func(e *source.Envelope) { e.Subject = "" }, aws, 202, 1},
		{"signed by another", func(*source.Envelope) {}, other, 401, 1},
		{"of another version", func(e *source.Envelope) { e.SignatureVersion = "3" }, aws, 401, 0},
		{"with a signature that is not base64", func(e *source.Envelope) { e.Signature = "!!!" }, aws, 401, 0},
		{"of another topic", func(e *source.Envelope) { e.TopicArn += "2" }, aws, 403, 0},
		{"of two hours ago", func(e *source.Envelope) { e.Timestamp = now.Add(-2 * time.Hour).UTC().Format(time.RFC3339) }, aws, 401, 0},
		{"of tomorrow", func(e *source.Envelope) { e.Timestamp = now.Add(24 * time.Hour).UTC().Format(time.RFC3339) }, aws, 401, 0},
		{"of no time", func(e *source.Envelope) { e.Timestamp = "now" }, aws, 401, 0},
		{"with a certificate of http", func(e *source.Envelope) { e.SigningCertURL = strings.Replace(certificate, "https", "http", 1) }, aws, 401, 0},
		{"with a certificate of a host that looks right", func(e *source.Envelope) {
			e.SigningCertURL = strings.Replace(certificate, ".com/", ".com.evil.example/", 1)
		}, aws, 401, 0},
		{"with a certificate of a host that ends right", func(e *source.Envelope) {
			e.SigningCertURL = strings.Replace(certificate, "sns.", "evil.example/sns.", 1)
		}, aws, 401, 0},
		{"with a certificate of another service", func(e *source.Envelope) { e.SigningCertURL = strings.Replace(certificate, "sns.", "s3.", 1) }, aws, 401, 0},
		{"with a certificate of a user", func(e *source.Envelope) {
			e.SigningCertURL = strings.Replace(certificate, "https://", "https://a@", 1)
		}, aws, 401, 0},
		{"with a certificate of a port", func(e *source.Envelope) { e.SigningCertURL = strings.Replace(certificate, ".com/", ".com:8443/", 1) }, aws, 401, 0},
		{"with a certificate of another path", func(e *source.Envelope) {
			e.SigningCertURL = strings.Replace(certificate, "Simple", "../x/Simple", 1)
		}, aws, 401, 0},
		{"with a certificate of a query", func(e *source.Envelope) { e.SigningCertURL += "?Action=Publish" }, aws, 401, 0},
		{"with a certificate of this machine", func(e *source.Envelope) { e.SigningCertURL = "https://127.0.0.1/SimpleNotificationService-0.pem" }, aws, 401, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			aws.set(false, nil)
			r := start(t, aws.trusted)
			e := alarm(now)
			c.change(&e)
			r.do("POST", "/webhooks/cloudwatch", c.with.sign(t, e), "Content-Type: text/plain").want(t, c.status)
			if got := aws.questions(); len(got) != c.asked {
				t.Errorf("followed %q, want %d", got, c.asked)
			}
			if c.status != 202 {
				nothingStored(t, r)
			}
		})
	}
}

func TestTheCertificateOfSNS(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	aws := newAmazon(t, now)
	r := start(t, func(conf *webhook.Config) {
		conf.HTTP = &http.Client{Transport: aws}
		conf.Now = func() time.Time { return now }
		conf.Sources = map[string]webhook.SourceConfig{"cloudwatch": {Topics: []string{topic}}, "untold": {Kind: "cloudwatch"}}
	})
	body := aws.sign(t, alarm(now))
	send := func() answer { return r.do("POST", "/webhooks/cloudwatch", body) }
	t.Run("is not looked for without a topic", func(t *testing.T) {
		r.do("POST", "/webhooks/untold", body).want(t, 403)
		r.do("POST", "/webhooks/untold", "").want(t, 403)
		if got := aws.questions(); len(got) > 0 {
			t.Errorf("followed %q", got)
		}
		if page := string(r.do("GET", "/", "").body); !strings.Contains(page, "set sources.untold.topics") {
			t.Error("the dashboard does not say how to open it")
		}
	})
	for name, reply := range map[string]func(*http.Request) *http.Response{
		"that redirects": func(r *http.Request) *http.Response {
			res := answerOf(r, 302, "")
			res.Header.Set("Location", "http://169.254.169.254/latest/meta-data/")
			return res
		},
		"that is not there":    func(r *http.Request) *http.Response { return answerOf(r, 404, "") },
		"that is none":         func(r *http.Request) *http.Response { return answerOf(r, 200, "hello") },
		"that is far too long": func(r *http.Request) *http.Response { return answerOf(r, 200, strings.Repeat("x", 1<<20)) },
	} {
		t.Run(name+" is asked for again", func(t *testing.T) {
			now = now.Add(2 * time.Minute)
			aws.set(false, reply)
			if got := send().want(t, 503); got.header.Get("Retry-After") != "10" {
				t.Errorf("Retry-After = %q", got.header.Get("Retry-After"))
			}
			if got := aws.questions(); len(got) != 1 || got[0] != certificate {
				t.Errorf("followed %q", got)
			}
		})
	}
	t.Run("out of reach is not looked for without end", func(t *testing.T) {
		now = now.Add(2 * time.Minute)
		aws.set(true, nil)
		for range 30 {
			send().want(t, 503)
		}
		if got := aws.questions(); len(got) != 10 {
			t.Errorf("followed %d times within a minute", len(got))
		}
		nothingStored(t, r)
	})
	t.Run("is kept for a day", func(t *testing.T) {
		now = now.Add(2 * time.Minute)
		aws.set(false, nil)
		for range 3 {
			send().want(t, 202)
		}
		if got := aws.questions(); len(got) != 1 {
			t.Errorf("followed %d times", len(got))
		}
		now = now.Add(25 * time.Hour)
		body = aws.sign(t, alarm(now))
		send().want(t, 202)
		if got := aws.questions(); len(got) != 2 {
			t.Errorf("followed %d times after a day", len(got))
		}
	})
	t.Run("that has run out is not taken", func(t *testing.T) {
		now = now.Add(40 * 24 * time.Hour)
		body = aws.sign(t, alarm(now))
		send().want(t, 401)
	})
}

func TestSubscriptionsToATopic(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	aws := newAmazon(t, now)
	serve := func(r *http.Request) *http.Response {
		if r.URL.String() == certificate {
			return answerOf(r, 200, string(aws.pem))
		}
		return answerOf(r, 200, "<ConfirmSubscriptionResponse/>")
	}
	for _, c := range []struct {
		name    string
		confirm bool
		change  func(*source.Envelope)
		reply   func(*http.Request) *http.Response
		status  int
		asked   []string
	}{
		{"are confirmed where that is wanted", true, func(*source.Envelope) {}, serve, 200, []string{certificate, confirmURL}},
		{"wait where it is not", false, func(*source.Envelope) {}, serve, 200, []string{certificate}},
		{"of another topic are refused", true, func(e *source.Envelope) { e.TopicArn += "2" }, serve, 403, nil},
		{"elsewhere are refused", true, func(e *source.Envelope) { e.SubscribeURL = strings.Replace(confirmURL, "sns.", "sqs.", 1) }, serve, 403, []string{certificate}},
		{"by http are refused", true, func(e *source.Envelope) { e.SubscribeURL = strings.Replace(confirmURL, "https", "http", 1) }, serve, 403, []string{certificate}},
		{"to do something else are refused", true, func(e *source.Envelope) {
			e.SubscribeURL = strings.Replace(confirmURL, "ConfirmSubscription", "Publish", 1)
		}, serve, 403, []string{certificate}},
		{"to another topic are refused", true, func(e *source.Envelope) { e.SubscribeURL = strings.Replace(confirmURL, ":alarms", ":other", 1) }, serve, 403, []string{certificate}},
		{"that SNS does not take now are asked for again", true, func(*source.Envelope) {}, func(r *http.Request) *http.Response {
			if r.URL.String() == certificate {
				return serve(r)
			}
			return answerOf(r, 500, "")
		}, 503, []string{certificate, confirmURL}},
	} {
		t.Run(c.name, func(t *testing.T) {
			aws.set(false, c.reply)
			r := start(t, func(conf *webhook.Config) {
				conf.HTTP = &http.Client{Transport: aws}
				conf.Sources = map[string]webhook.SourceConfig{"cloudwatch": {Topics: []string{topic}, Confirm: c.confirm}}
			})
			e := subscription(now)
			c.change(&e)
			r.do("POST", "/webhooks/cloudwatch", aws.sign(t, e)).want(t, c.status)
			if got := aws.questions(); strings.Join(got, " ") != strings.Join(c.asked, " ") {
				t.Errorf("followed %q, want %q", got, c.asked)
			}
			page := r.do("GET", "/", "").body
			if waits := bytes.Contains(page, []byte("waits to be confirmed")); waits != (c.status == 200 && !c.confirm) {
				t.Errorf("the dashboard says that it waits: %v", waits)
			}
		})
	}
}
