variable "shop" {
  description = "The host that the shop runs on, as this machine reaches it over SSH. `private_key_path` is a file on this machine; only its path is kept in the state."
  type = object({
    host             = string
    port             = optional(number, 22)
    user             = optional(string, "root")
    private_key_path = string
  })
}

variable "observability" {
  description = "The monitoring host: console, Prometheus, Alertmanager, telemetry and Locust. `address` is how the shop's host reaches it, where that differs from `host`."
  type = object({
    host             = string
    port             = optional(number, 22)
    user             = optional(string, "root")
    private_key_path = string
    address          = optional(string)
  })
}

variable "load_hosts" {
  description = "More hosts that take a part of the users: Locust's workers, one for each core. Each must reach the one that watches."
  type = list(object({
    host             = string
    port             = optional(number, 22)
    user             = optional(string, "root")
    private_key_path = string
  }))
  default = []

  validation {
    condition     = length(distinct([for one in var.load_hosts : "${one.host}:${one.port}"])) == length(var.load_hosts)
    error_message = "load_hosts names a host twice."
  }
}

variable "release" {
  description = "Names what is installed. Another value upgrades both hosts to what `source_dir` holds then; the data of the range stay."
  type        = string
  default     = "0.1.0"
}

variable "source_dir" {
  description = "A checkout of Firedrill on this machine. The one that this module is in, by default."
  type        = string
  default     = null
}

variable "users" {
  description = "Simulated users."
  type        = number
  default     = 30

  validation {
    condition     = var.users >= 0 && var.users <= 2000 && floor(var.users) == var.users
    error_message = "users must be a whole number from 0 to 2000."
  }
}

variable "console_listen" {
  description = "Address that the console listens on. The loopback by default: it is then reached through SSH. With 0.0.0.0, a firewall must say who may come."
  type        = string
  default     = "127.0.0.1"

  validation {
    condition     = can(regex("^[0-9a-fA-F.:]+$", var.console_listen))
    error_message = "console_listen must be an address, such as 127.0.0.1 or 0.0.0.0."
  }
}

variable "console_names" {
  description = "Names or addresses by which browsers may know the console, beside the loopback."
  type        = list(string)
  default     = []
}
