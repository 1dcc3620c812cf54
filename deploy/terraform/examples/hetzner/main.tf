# Two servers at Hetzner Cloud with a network of their own: the shop's is reached from the monitoring host and over SSH from the given
# networks, the console from the given networks alone.

terraform {
  required_version = ">= 1.5"
  required_providers {
    hcloud = {
      source  = "hetznercloud/hcloud"
      version = "~> 1.48"
    }
  }
}

variable "location" {
  description = "Where the servers stand."
  type        = string
  default     = "fsn1"
}

variable "shop_type" {
  description = "Size of the shop's host."
  type        = string
  default     = "cpx21"
}

variable "observability_type" {
  description = "Size of the monitoring host."
  type        = string
  default     = "cpx31"
}

variable "allowed_cidrs" {
  description = "Networks that may reach the console, and both hosts over SSH: this machine's among them."
  type        = list(string)
}

variable "private_key_path" {
  description = "File with the private key; the public one lies beside it as `.pub`."
  type        = string
}

variable "release" {
  description = "See the module."
  type        = string
  default     = "0.1.0"
}

variable "users" {
  description = "Simulated users."
  type        = number
  default     = 30
}

resource "hcloud_ssh_key" "firedrill" {
  name       = "firedrill"
  public_key = file(pathexpand("${var.private_key_path}.pub"))
}

resource "hcloud_network" "firedrill" {
  name     = "firedrill"
  ip_range = "10.20.0.0/16"
}

resource "hcloud_network_subnet" "firedrill" {
  network_id   = hcloud_network.firedrill.id
  type         = "cloud"
  network_zone = "eu-central"
  ip_range     = "10.20.1.0/24"
}

resource "hcloud_firewall" "shop" {
  name = "firedrill-shop"

  rule {
    direction  = "in"
    protocol   = "tcp"
    port       = "22"
    source_ips = var.allowed_cidrs
  }
}

resource "hcloud_firewall" "observability" {
  name = "firedrill-observability"

  dynamic "rule" {
    for_each = ["22", "7400"]
    content {
      direction  = "in"
      protocol   = "tcp"
      port       = rule.value
      source_ips = var.allowed_cidrs
    }
  }
}

resource "hcloud_server" "shop" {
  name         = "firedrill-shop"
  server_type  = var.shop_type
  image        = "debian-12"
  location     = var.location
  ssh_keys     = [hcloud_ssh_key.firedrill.id]
  firewall_ids = [hcloud_firewall.shop.id]

  network {
    network_id = hcloud_network.firedrill.id
    ip         = "10.20.1.11"
  }
  depends_on = [hcloud_network_subnet.firedrill]
}

resource "hcloud_server" "observability" {
  name         = "firedrill-observability"
  server_type  = var.observability_type
  image        = "debian-12"
  location     = var.location
  ssh_keys     = [hcloud_ssh_key.firedrill.id]
  firewall_ids = [hcloud_firewall.observability.id]

  network {
    network_id = hcloud_network.firedrill.id
    ip         = "10.20.1.12"
  }
  depends_on = [hcloud_network_subnet.firedrill]
}

module "range" {
  source = "../../modules/range"

  shop = { host = hcloud_server.shop.ipv4_address, private_key_path = var.private_key_path }
  observability = {
    host             = hcloud_server.observability.ipv4_address
    private_key_path = var.private_key_path
    # The shop's host dials it over the private network, which the firewall leaves alone.
    address = "10.20.1.12"
  }
  console_listen = "0.0.0.0"
  release        = var.release
  users          = var.users
}

output "console_url" {
  value = module.range.console_url
}

output "login_command" {
  value = module.range.login_command
}
