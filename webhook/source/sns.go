package source

import (
	"fmt"
	"strings"

	"ragoffire/engine"
)

// Envelope is a message of Amazon SNS as it is delivered over HTTP. Whether SNS
// itself sent it is for the caller to find out; until then every address in it
// is a stranger's.
type Envelope struct {
	Type, MessageID, TopicArn, Subject, Message, Timestamp string
	Token, SubscribeURL                                    string
	SignatureVersion, Signature, SigningCertURL            string
}

// The types of message.
const (
	SNSNotification = "Notification"
	SNSSubscribe    = "SubscriptionConfirmation"
	SNSUnsubscribe  = "UnsubscribeConfirmation"
)

// SNS reads an envelope. Its texts are as they were sent, since they are signed.
func SNS(body []byte) (Envelope, error) {
	v, err := decode(body)
	if err != nil {
		return Envelope{}, err
	}
	o, err := asObject(v, "")
	if err != nil {
		return Envelope{}, err
	}
	var e Envelope
	for key, to := range map[string]*string{
		"Type": &e.Type, "MessageId": &e.MessageID, "TopicArn": &e.TopicArn, "Subject": &e.Subject, "Message": &e.Message,
		"Timestamp": &e.Timestamp, "Token": &e.Token, "SubscribeURL": &e.SubscribeURL,
		"SignatureVersion": &e.SignatureVersion, "Signature": &e.Signature, "SigningCertURL": &e.SigningCertURL,
	} {
		s, ok := o.m[key].(string)
		if !ok && o.m[key] != nil {
			o.wrong(key, "a string", o.m[key])
		}
		*to = s
	}
	switch e.Type {
	case SNSNotification, SNSSubscribe, SNSUnsubscribe:
	case "":
		o.bad("Type", "missing; is this a message of SNS, with raw message delivery off?")
	default:
		o.bad("Type", "%.40q is no type of message of SNS", e.Type)
	}
	return e, o.failed()
}

// Signed is the text that SNS signs: the names and values of the fields that a
// type of message has, a line each, in the order of their names.
func (e Envelope) Signed() string {
	var b strings.Builder
	put := func(name, value string) { fmt.Fprintf(&b, "%s\n%s\n", name, value) }
	put("Message", e.Message)
	put("MessageId", e.MessageID)
	if e.Type == SNSNotification {
		if e.Subject != "" {
			put("Subject", e.Subject)
		}
	} else {
		put("SubscribeURL", e.SubscribeURL)
	}
	put("Timestamp", e.Timestamp)
	if e.Type != SNSNotification {
		put("Token", e.Token)
	}
	put("TopicArn", e.TopicArn)
	put("Type", e.Type)
	return b.String()
}

// arn is the parts of an Amazon resource name that say where it is.
type arn struct{ partition, region, account string }

func parseARN(s string) (arn, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) < 6 || p[0] != "arn" {
		return arn{}, false
	}
	return arn{partition: p[1], region: p[3], account: p[4]}, true
}

// CloudWatch reads the alarms of Amazon CloudWatch as SNS delivers them. What
// a topic carries beside alarms is kept as unread.
func CloudWatch(in Input) (Parsed, error) {
	e, err := SNS(in.Body)
	if err != nil {
		return Parsed{}, err
	}
	p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
	switch e.Type {
	case SNSSubscribe:
		p.Ignored, p.Confirm = 1, e.SubscribeURL
		return p, nil
	case SNSUnsubscribe:
		p.Ignored = 1
		return p, nil
	}
	body, err := decode([]byte(e.Message))
	if err == nil {
		var o object
		if o, err = asObject(body, "Message"); err == nil {
			err = p.take(o, alerts(func(o object) (engine.Alert, error) { return cloudWatchAlarm(o, e) }))
		}
	}
	if err != nil {
		p.spoilt(e.Message, err)
	}
	return p, nil
}
