# Two instances at AWS in a network of their own: the shop's takes nothing but SSH from the given networks, the other one the console and
# SSH from these, and the link from the shop's.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "region" {
  description = "Where the instances run."
  type        = string
  default     = "eu-central-1"
}

variable "shop_type" {
  description = "Size of the shop's host."
  type        = string
  default     = "t3.medium"
}

variable "observability_type" {
  description = "Size of the monitoring host."
  type        = string
  default     = "t3.large"
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

provider "aws" {
  region = var.region
}

data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"]

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

resource "aws_vpc" "firedrill" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "firedrill" }
}

resource "aws_subnet" "firedrill" {
  vpc_id                  = aws_vpc.firedrill.id
  cidr_block              = "10.20.1.0/24"
  map_public_ip_on_launch = true
  tags                    = { Name = "firedrill" }
}

resource "aws_internet_gateway" "firedrill" {
  vpc_id = aws_vpc.firedrill.id
}

resource "aws_route_table" "firedrill" {
  vpc_id = aws_vpc.firedrill.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.firedrill.id
  }
}

resource "aws_route_table_association" "firedrill" {
  subnet_id      = aws_subnet.firedrill.id
  route_table_id = aws_route_table.firedrill.id
}

resource "aws_key_pair" "firedrill" {
  key_name_prefix = "firedrill-"
  public_key      = file(pathexpand("${var.private_key_path}.pub"))
}

resource "aws_security_group" "shop" {
  name_prefix = "firedrill-shop-"
  vpc_id      = aws_vpc.firedrill.id

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.allowed_cidrs
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "observability" {
  name_prefix = "firedrill-observability-"
  vpc_id      = aws_vpc.firedrill.id

  dynamic "ingress" {
    for_each = [22, 7400]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.allowed_cidrs
    }
  }
  ingress {
    description     = "The link, dialled by the shop's host"
    from_port       = 7471
    to_port         = 7471
    protocol        = "tcp"
    security_groups = [aws_security_group.shop.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

locals {
  # Debian's images let in the user admin, and root not at all.
  let_root_in = <<-EOT
    #cloud-config
    disable_root: false
    runcmd:
      - install -d -m 700 /root/.ssh
      - install -m 600 /home/admin/.ssh/authorized_keys /root/.ssh/authorized_keys
  EOT
}

resource "aws_instance" "shop" {
  ami                    = data.aws_ami.debian.id
  instance_type          = var.shop_type
  subnet_id              = aws_subnet.firedrill.id
  key_name               = aws_key_pair.firedrill.key_name
  vpc_security_group_ids = [aws_security_group.shop.id]
  user_data              = local.let_root_in
  tags                   = { Name = "firedrill-shop" }

  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    volume_size = 20
    encrypted   = true
  }
}

resource "aws_instance" "observability" {
  ami                    = data.aws_ami.debian.id
  instance_type          = var.observability_type
  subnet_id              = aws_subnet.firedrill.id
  key_name               = aws_key_pair.firedrill.key_name
  vpc_security_group_ids = [aws_security_group.observability.id]
  user_data              = local.let_root_in
  tags                   = { Name = "firedrill-observability" }

  metadata_options {
    http_tokens = "required"
  }
  root_block_device {
    volume_size = 30
    encrypted   = true
  }
}

module "range" {
  source = "../../modules/range"

  shop = { host = aws_instance.shop.public_ip, private_key_path = var.private_key_path }
  observability = {
    host             = aws_instance.observability.public_ip
    private_key_path = var.private_key_path
    address          = aws_instance.observability.private_ip
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
