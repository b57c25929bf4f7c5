//go:build tools

// Package tools pins the Pulumi CLI, so that go.mod and go.sum lock what `go install` builds.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
