// Generated from crds/v1alpha1 by hack/generate. Do not edit.
/** JSON Schema of task spec, from the CRDs. */
export const TASK_SPEC = {
  "description": "What to do. Immutable, but for cancel, which only goes from false to true.",
  "type": "object",
  "required": [
    "agentRef",
    "type",
    "policyHash",
    "timeoutSeconds"
  ],
  "properties": {
    "agentRef": {
      "description": "The agent that does it.",
      "type": "object",
      "required": [
        "name"
      ],
      "properties": {
        "name": {
          "description": "Name of the Agent.",
          "type": "string",
          "minLength": 1,
          "maxLength": 253,
          "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
        }
      },
      "additionalProperties": false
    },
    "type": {
      "description": "CollectContext gathers the first facts; Diagnose runs the actions of one diagnostic move.",
      "type": "string",
      "enum": [
        "CollectContext",
        "Diagnose"
      ]
    },
    "collectContext": {
      "description": "How to gather the first facts; with type CollectContext.",
      "type": "object",
      "properties": {
        "sampleSeconds": {
          "description": "How long rates (CPU, disk, throttling) are sampled, in seconds.",
          "type": "integer",
          "format": "int32",
          "minimum": 1,
          "maximum": 10
        }
      },
      "additionalProperties": false
    },
    "actions": {
      "description": "The commands, traces and reads of one move, in order; with type Diagnose. May be empty when all were refused.",
      "type": "array",
      "maxItems": 8,
      "items": {
        "description": "One action; exactly one of run, trace and read.",
        "type": "object",
        "required": [
          "id"
        ],
        "properties": {
          "id": {
            "description": "Names the action within its task; its output is evidence s<step>-<id>.",
            "type": "string",
            "minLength": 1,
            "maxLength": 32,
            "pattern": "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
          },
          "run": {
            "description": "A read-only command, as an argument vector. No shell sees it.",
            "type": "object",
            "required": [
              "argv"
            ],
            "properties": {
              "argv": {
                "description": "The bare command name and its arguments.",
                "type": "array",
                "minItems": 1,
                "maxItems": 64,
                "items": {
                  "type": "string",
                  "maxLength": 1024,
                  "pattern": "^[ -~]*$"
                }
              }
            },
            "additionalProperties": false
          },
          "trace": {
            "description": "A bpftrace program.",
            "type": "object",
            "required": [
              "program",
              "durationSeconds"
            ],
            "properties": {
              "program": {
                "description": "The program text, in the grammar that the safety policy accepts.",
                "type": "string",
                "minLength": 1,
                "maxLength": 4096,
                "pattern": "^[^\\x00]*$"
              },
              "durationSeconds": {
                "description": "How long it runs, in seconds.",
                "type": "integer",
                "format": "int32",
                "minimum": 1,
                "maximum": 30
              }
            },
            "additionalProperties": false
          },
          "read": {
            "description": "A part of stored evidence to look at again. The agent has nothing to do for it.",
            "type": "object",
            "required": [
              "evidenceID"
            ],
            "properties": {
              "evidenceID": {
                "description": "The evidence, as s<step>-<action>.",
                "type": "string",
                "minLength": 1,
                "maxLength": 48,
                "pattern": "^s[0-9]{1,3}-[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
              },
              "offsetBytes": {
                "description": "Where to start, in bytes.",
                "type": "integer",
                "format": "int32",
                "minimum": 0,
                "maximum": 67108864
              },
              "lengthBytes": {
                "description": "How much, in bytes.",
                "type": "integer",
                "format": "int32",
                "minimum": 1,
                "maximum": 65536
              }
            },
            "additionalProperties": false
          }
        },
        "additionalProperties": false
      }
    },
    "hypothesis": {
      "description": "What the step sets out to test.",
      "type": "string",
      "maxLength": 256,
      "pattern": "^[^\\x00]*$"
    },
    "refused": {
      "description": "What was asked for in this move and not allowed. It never reaches the agent.",
      "type": "array",
      "maxItems": 16,
      "items": {
        "description": "One refusal.",
        "type": "object",
        "required": [
          "action",
          "rule"
        ],
        "properties": {
          "action": {
            "description": "What was asked for.",
            "type": "string",
            "maxLength": 1024,
            "pattern": "^[^\\x00]*$"
          },
          "rule": {
            "description": "The rule that refused it.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9./-]*$"
          },
          "message": {
            "description": "Why, and what is allowed instead.",
            "type": "string",
            "maxLength": 1024,
            "pattern": "^[^\\x00]*$"
          }
        },
        "additionalProperties": false
      }
    },
    "inferenceID": {
      "description": "The model call that chose this move.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[A-Za-z0-9-]*$"
    },
    "inputTokens": {
      "description": "Tokens that the model call read.",
      "type": "integer",
      "format": "int32",
      "minimum": 0,
      "maximum": 2147483647
    },
    "outputTokens": {
      "description": "Tokens that the model call wrote.",
      "type": "integer",
      "format": "int32",
      "minimum": 0,
      "maximum": 2147483647
    },
    "policyHash": {
      "description": "The hash of the safety policy that the operator applied.",
      "type": "string",
      "maxLength": 71,
      "pattern": "^sha256:[0-9a-f]{64}$"
    },
    "timeoutSeconds": {
      "description": "How long the whole task may take once claimed, in seconds.",
      "type": "integer",
      "format": "int32",
      "minimum": 1,
      "maximum": 3600
    },
    "maxOutputBytes": {
      "description": "How much output the agent may send for this task, in bytes before compression.",
      "type": "integer",
      "format": "int32",
      "minimum": 4096,
      "maximum": 67108864
    },
    "notAfterTime": {
      "description": "When the task must no longer be started.",
      "type": "string",
      "format": "date-time",
      "maxLength": 40
    },
    "cancel": {
      "description": "Ends the task. Cannot be taken back.",
      "type": "boolean"
    }
  },
  "additionalProperties": false
} as const;

/** JSON Schema of task claim, from the CRDs. */
export const TASK_CLAIM = {
  "description": "Who took the task, and when.",
  "type": "object",
  "required": [
    "journalID",
    "time"
  ],
  "properties": {
    "journalID": {
      "description": "The agent's journal. An agent that returns with another journal ends its claimed tasks as Unknown.",
      "type": "string",
      "maxLength": 36,
      "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    },
    "time": {
      "description": "When the claim was accepted.",
      "type": "string",
      "format": "date-time",
      "maxLength": 40
    },
    "policyHash": {
      "description": "The hash of the safety policy that the agent applies.",
      "type": "string",
      "maxLength": 71,
      "pattern": "^sha256:[0-9a-f]{64}$"
    }
  },
  "additionalProperties": false
} as const;

/** JSON Schema of task outcome, from the CRDs. */
export const TASK_OUTCOME = {
  "description": "How the task ended; absent while it runs. Unknown means that it started and nobody saw the end.",
  "type": "string",
  "enum": [
    "Succeeded",
    "Failed",
    "Refused",
    "TimedOut",
    "Cancelled",
    "Unknown"
  ]
} as const;

/** JSON Schema of task results, from the CRDs. */
export const TASK_RESULTS = {
  "description": "One result an action or context item.",
  "type": "array",
  "maxItems": 64,
  "items": {
    "description": "What one action brought.",
    "type": "object",
    "required": [
      "actionID",
      "source",
      "outcome"
    ],
    "properties": {
      "actionID": {
        "description": "The action, or the context item.",
        "type": "string",
        "minLength": 1,
        "maxLength": 32,
        "pattern": "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
      },
      "source": {
        "description": "What was run or read, for people.",
        "type": "string",
        "maxLength": 1024,
        "pattern": "^[^\\x00]*$"
      },
      "outcome": {
        "description": "How it ended. NotAvailable means that this host lacks the tool or the rights.",
        "type": "string",
        "enum": [
          "Succeeded",
          "Failed",
          "Refused",
          "TimedOut",
          "Cancelled",
          "NotAvailable",
          "Unknown"
        ]
      },
      "message": {
        "description": "The outcome in words.",
        "type": "string",
        "maxLength": 1024,
        "pattern": "^[^\\x00]*$"
      },
      "exitCode": {
        "description": "Exit status of the command.",
        "type": "integer",
        "format": "int32",
        "minimum": 0,
        "maximum": 255
      },
      "signal": {
        "description": "The signal that ended the command.",
        "type": "string",
        "maxLength": 16,
        "pattern": "^SIG[A-Z0-9]+$"
      },
      "startTime": {
        "description": "When it started.",
        "type": "string",
        "format": "date-time",
        "maxLength": 40
      },
      "completionTime": {
        "description": "When it ended.",
        "type": "string",
        "format": "date-time",
        "maxLength": 40
      },
      "outputBytes": {
        "description": "Bytes of standard output that were counted; with truncated, at least so many.",
        "type": "integer",
        "format": "int64",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "truncated": {
        "description": "True when output was cut at a limit.",
        "type": "boolean"
      },
      "preview": {
        "description": "The output as text, whole up to 16384 bytes; of longer output the head, the rest being in evidence.",
        "type": "string",
        "maxLength": 16384,
        "pattern": "^[^\\x00]*$"
      },
      "stderr": {
        "description": "The head of standard error.",
        "type": "string",
        "maxLength": 4096,
        "pattern": "^[^\\x00]*$"
      },
      "digest": {
        "description": "SHA-256 of the kept output as text.",
        "type": "string",
        "maxLength": 71,
        "pattern": "^sha256:[0-9a-f]{64}$"
      },
      "evidence": {
        "description": "Names of the Evidence objects that hold the output, in order; empty when the preview is whole.",
        "type": "array",
        "maxItems": 64,
        "items": {
          "type": "string",
          "maxLength": 253,
          "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
        }
      },
      "sandbox": {
        "description": "The layers that caged the action, e.g. ReadOnlyMounts, Seccomp.",
        "type": "array",
        "maxItems": 16,
        "items": {
          "type": "string",
          "maxLength": 32,
          "pattern": "^[A-Z][A-Za-z0-9]*$"
        }
      }
    },
    "additionalProperties": false
  }
} as const;

/** JSON Schema of agent facts, from the CRDs. */
export const AGENT_FACTS = {
  "description": "What the host is.",
  "type": "object",
  "properties": {
    "hostname": {
      "description": "Host name.",
      "type": "string",
      "maxLength": 253,
      "pattern": "^[^\\x00]*$"
    },
    "platform": {
      "description": "Operating system kernel, e.g. linux.",
      "type": "string",
      "maxLength": 32,
      "pattern": "^[^\\x00]*$"
    },
    "platformFamily": {
      "description": "Family of distributions, e.g. debian or rhel.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[^\\x00]*$"
    },
    "osName": {
      "description": "Name of the distribution for people.",
      "type": "string",
      "maxLength": 128,
      "pattern": "^[^\\x00]*$"
    },
    "osVersion": {
      "description": "Version of the distribution.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[^\\x00]*$"
    },
    "kernelVersion": {
      "description": "Kernel release.",
      "type": "string",
      "maxLength": 128,
      "pattern": "^[^\\x00]*$"
    },
    "arch": {
      "description": "Processor architecture, e.g. x86_64.",
      "type": "string",
      "maxLength": 32,
      "pattern": "^[^\\x00]*$"
    },
    "machineID": {
      "description": "Identifier of the installation.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[^\\x00]*$"
    },
    "bootID": {
      "description": "Identifier of this boot.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[^\\x00]*$"
    },
    "virtualization": {
      "description": "Hypervisor or container runtime, none if bare.",
      "type": "string",
      "maxLength": 32,
      "pattern": "^[^\\x00]*$"
    },
    "cpus": {
      "description": "Processors on line.",
      "type": "integer",
      "format": "int32",
      "minimum": 1,
      "maximum": 8192
    },
    "memoryBytes": {
      "description": "Memory, in bytes.",
      "type": "integer",
      "format": "int64",
      "minimum": 0,
      "maximum": 9007199254740991
    }
  },
  "additionalProperties": false
} as const;

/** JSON Schema of agent capabilities, from the CRDs. */
export const AGENT_CAPABILITIES = {
  "description": "What the agent can do there.",
  "type": "object",
  "properties": {
    "privilege": {
      "description": "Whether the agent runs as root.",
      "type": "string",
      "enum": [
        "Root",
        "Unprivileged"
      ]
    },
    "sandbox": {
      "description": "How well commands are caged. Full has a read-only view of the host, seccomp and its own user.",
      "type": "string",
      "enum": [
        "Full",
        "Reduced",
        "Minimal"
      ]
    },
    "cgroups": {
      "description": "Which control groups the host has.",
      "type": "string",
      "enum": [
        "V1",
        "V2",
        "Hybrid",
        "None"
      ]
    },
    "bpftraceVersion": {
      "description": "Version of bpftrace; absent where traces cannot run.",
      "type": "string",
      "maxLength": 64,
      "pattern": "^[^\\x00]*$"
    },
    "tools": {
      "description": "The commands of the safety policy that can be run, those of the agent's image among them.",
      "type": "array",
      "maxItems": 256,
      "items": {
        "type": "string",
        "maxLength": 64,
        "pattern": "^[a-zA-Z0-9._+-]+$"
      }
    },
    "imageTools": {
      "description": "Which of the commands the host itself lacks, so that they are run from the agent's image.",
      "type": "array",
      "maxItems": 256,
      "items": {
        "type": "string",
        "maxLength": 64,
        "pattern": "^[a-zA-Z0-9._+-]+$"
      }
    },
    "missing": {
      "description": "What is missing, and the command that adds it.",
      "type": "array",
      "maxItems": 32,
      "items": {
        "type": "string",
        "maxLength": 256,
        "pattern": "^[^\\x00]*$"
      }
    }
  },
  "additionalProperties": false
} as const;
