package webhook

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"ragoffire/webhook/source"
)

// snsVerifier asks for Amazon's own signature of a message of a topic that is
// listed. Every address in a message is a stranger's until then, and only those
// of SNS itself are ever followed.
type snsVerifier struct {
	name         string
	topics       []string
	now          func() time.Time
	certificates *certificates
}

// snsLife is how long SNS goes on delivering a message; snsAhead is how far its
// clock may be ahead of ours.
const (
	snsLife  = time.Hour
	snsAhead = 5 * time.Minute
)

func (v *snsVerifier) verify(r *http.Request, body func() ([]byte, error)) error {
	if len(v.topics) == 0 {
		return &distrust{http.StatusForbidden, "no topic set", "set sources." + v.name + ".topics to the ARN of the topic that delivers"}
	}
	b, err := body()
	if err != nil {
		return err
	}
	e, err := source.SNS(b)
	if err != nil {
		return err
	}
	if !slices.Contains(v.topics, e.TopicArn) {
		topic := "the topic"
		if topicName().MatchString(e.TopicArn) {
			topic = e.TopicArn
		}
		return &distrust{http.StatusForbidden, topic + " is not listed", "add it to sources." + v.name + ".topics, if it is yours"}
	}
	at, err := time.Parse(time.RFC3339, e.Timestamp)
	if age := v.now().Sub(at); err != nil || age > snsLife || age < -snsAhead {
		return unproven("a message that is too old or has no time", "set this machine's clock; SNS delivers a message for an hour")
	}
	address, ok := certificateURL(e.SigningCertURL)
	if !ok {
		return unproven("a certificate that is not at Amazon", "nothing: SNS names its own, and this was another sender")
	}
	signature, err := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil {
		return unproven("the signature is not base64", "nothing: SNS sends base64, and this was another sender")
	}
	var hash crypto.Hash
	var sum []byte
	switch e.SignatureVersion {
	case "1": // what topics sign with unless they are told otherwise
		s := sha1.Sum([]byte(e.Signed()))
		hash, sum = crypto.SHA1, s[:]
	case "2":
		s := sha256.Sum256([]byte(e.Signed()))
		hash, sum = crypto.SHA256, s[:]
	default:
		return unproven("a version of signature that is unknown", "set SignatureVersion of the topic to 2")
	}
	key, err := v.certificates.key(r.Context(), address)
	if err != nil {
		return err
	}
	if err := rsa.VerifyPKCS1v15(key, hash, sum, signature); err != nil {
		return unproven("wrong signature", "nothing, unless something between SNS and here changes what is delivered")
	}
	return nil
}

func topicName() *regexp.Regexp {
	return regexp.MustCompile(`^arn:aws(-[a-z]+)*:sns:[a-z0-9-]{1,32}:[0-9]{1,12}:[A-Za-z0-9_.-]{1,256}$`)
}

// certificateURL takes the address of one of SNS's certificates, and no other.
func certificateURL(address string) (*url.URL, bool) {
	u, ok := snsURL(address)
	return u, ok && u.RawQuery == "" && regexp.MustCompile(`^/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem$`).MatchString(u.EscapedPath())
}

// snsURL takes an address at SNS in one of Amazon's regions, and no other.
func snsURL(address string) (*url.URL, bool) {
	if len(address) > 2048 {
		return nil, false
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, false
	}
	return u, regexp.MustCompile(`^sns\.[a-z]{2}(-[a-z]{1,16}){1,3}-[0-9]{1,2}\.amazonaws\.com(\.cn)?$`).MatchString(u.Host)
}
